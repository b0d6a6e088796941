// Operators on values of any type.
#pragma once

#include "data/jinja/number.h"

namespace braid::jinja {

// a + b and the other arithmetic operators: numbers, but also texts and lists joined or repeated
// and text % values. Problem for types that do not go together.
Value operate(Runtime& runtime, Arithmetic operation, const Value& a, const Value& b);
Value add(Runtime& runtime, const Value& a, const Value& b);
Value negative(const Value& value);  // -value
Value positive(const Value& value);  // +value

}  // namespace braid::jinja
