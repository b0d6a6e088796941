// Tests: `value is name(arguments)`.
#pragma once

#include "data/jinja/arguments.h"

namespace braid::jinja {

using Test = bool (*)(Runtime& runtime, const Value& value, const Arguments& arguments);

Test find_test(std::string_view name);  // null when there is none

}  // namespace braid::jinja
