// Numbers: arithmetic, parsing and printing as in Python, with 64-bit integers.
#pragma once

#include <compare>
#include <optional>
#include <string>

#include "data/jinja/value.h"

namespace braid::jinja {

bool is_number(const Value& value);  // integers, booleans, floats
double to_double(const Value& number);

// Exact also between an integer and a float; unordered with a NaN.
std::partial_ordering compare_numbers(const Value& a, const Value& b);

enum class Arithmetic : uint8_t {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kFloorDivide,
  kModulo,
  kPower
};

// Problem on a division by zero and on integers beyond 64 bits.
Value calculate(Arithmetic operation, const Value& a, const Value& b);
Value negate(const Value& number);

std::string print_float(double number);  // Python's repr
// As Python's int(text, base) and float(text); nothing when the text is no number or the
// base is not one of 0 and 2 to 36. Problem for an integer beyond 64 bits.
std::optional<int64_t> parse_integer(std::string_view text, int64_t base);
std::optional<double> parse_float(std::string_view text);

// int(number): towards zero. Problem for infinity, NaN and what does not fit 64 bits.
int64_t truncate(double number);

}  // namespace braid::jinja
