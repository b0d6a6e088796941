// Attributes, elements and slices, with the rules of Jinja's sandbox: `a.b` is an attribute or
// method, else an element; `a['b']` the other way round; neither gives an undefined value. Names
// that begin with an underscore and methods that would change a list or dict are not open.
#pragma once

#include "data/jinja/value.h"

namespace braid::jinja {

Value get_attribute(Runtime& runtime, const Value& object, std::string_view name);
Value get_element(Runtime& runtime, const Value& object, const Value& index);
// The attribute alone; missing when there is none.
Value find_attribute(Runtime& runtime, const Value& object, std::string_view name);

// object[start:stop:step]; parts not written are none.
Value slice(Runtime& runtime, const Value& object, const Value& start, const Value& stop,
            const Value& step);

}  // namespace braid::jinja
