// Python's str and repr.
#pragma once

#include "data/jinja/value.h"

namespace braid::jinja {

// Appends str(value). Numbers, booleans and brackets are foreign inside a list or dict that was
// given from outside; a number on its own carries no origin.
void print(TextBuilder& out, const Value& value);
void print_quoted(TextBuilder& out, const Value& value);  // repr(value)

const Text& to_text(Runtime& runtime, const Value& value);  // str(value)

}  // namespace braid::jinja
