// Filters on numbers.
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "data/jinja/compare.h"
#include "data/jinja/filters.h"
#include "data/jinja/iterate.h"
#include "data/jinja/number.h"
#include "data/jinja/operators.h"
#include "data/jinja/paths.h"
#include "data/jinja/problem.h"

namespace braid::jinja {
namespace {

using Name = std::string_view;

void require_number(const Value& value, std::string_view callee) {
  if (value.is_undefined()) undefined_problem(value);
  if (!is_number(value)) problem("{} needs a number, not {}", callee, type_name(value.kind));
}

Value absolute(Runtime&, const Value& value, const Arguments& arguments) {
  require_positional("abs", arguments, 0, 0);
  require_number(value, "abs");
  if (value.is(Kind::kFloat)) return float_value(std::abs(value.number));
  return to_integer(value) < 0 ? negate(value) : int_value(to_integer(value));
}

Value integer(Runtime&, const Value& value, const Arguments& arguments) {
  const auto [fallback, base] = bind<2>("int", arguments, {Name("default"), "base"});
  const Value otherwise = fallback.given() ? fallback : int_value(0);
  if (value.is_undefined()) undefined_problem(value);
  if (is_integer(value)) return int_value(to_integer(value));
  if (value.is(Kind::kFloat)) {
    return std::isnan(value.number) ? otherwise : int_value(truncate(value.number));
  }
  if (!value.is_text()) return otherwise;
  const int64_t radix = base.given() ? require_integer(base, "the base of int") : 10;
  if (const auto number = parse_integer(value.text->bytes, radix)) return int_value(*number);
  // So that "42.23" is 42.
  const auto number = parse_float(value.text->bytes);
  return number && std::isfinite(*number) ? int_value(truncate(*number)) : otherwise;
}

Value floating(Runtime&, const Value& value, const Arguments& arguments) {
  const auto [fallback] = bind<1>("float", arguments, {Name("default")});
  if (value.is_undefined()) undefined_problem(value);
  if (is_number(value)) return float_value(to_double(value));
  if (value.is_text()) {
    if (const auto number = parse_float(value.text->bytes)) return float_value(*number);
  }
  return fallback.given() ? fallback : float_value(0);
}

// Python's round: exact decimal rounding, halves to even.
double round_decimal(double number, int64_t digits) {
  constexpr int64_t kMaxDigits = 400;
  if (!std::isfinite(number) || digits > kMaxDigits) return number;
  if (digits >= 0) {
    char buffer[2 * kMaxDigits];
    std::snprintf(buffer, sizeof(buffer), "%.*f", static_cast<int>(digits), number);
    return std::strtod(buffer, nullptr);
  }
  if (digits < -kMaxDigits) return std::copysign(0.0, number);
  const double scale = std::pow(10.0, static_cast<double>(-digits));
  return std::nearbyint(number / scale) * scale;
}

int64_t round_tens(int64_t number, int64_t digits) {
  constexpr int64_t kMaxDigits = 18;
  if (digits >= 0) return number;
  if (digits < -kMaxDigits) return 0;
  int64_t scale = 1;
  for (int64_t i = digits; i < 0; ++i) scale *= 10;
  int64_t rest = number % scale;
  if (rest < 0) rest += scale;
  const int64_t low = number - rest;  // may pass the smallest integer only for huge numbers
  const bool up = rest > scale / 2 || (rest == scale / 2 && (low / scale) % 2 != 0);
  return to_integer(calculate(Arithmetic::kAdd, int_value(low), int_value(up ? scale : 0)));
}

Value round_number(Runtime&, const Value& value, const Arguments& arguments) {
  const auto [precision, method] = bind<2>("round", arguments, {Name("precision"), "method"});
  require_number(value, "round");
  const int64_t digits =
      precision.given() ? require_integer(precision, "the precision of round") : 0;
  const std::string_view how =
      method.given() ? require_text(method, "the method of round").bytes : "common";
  if (how == "common") {
    if (is_integer(value)) return int_value(round_tens(to_integer(value), digits));
    return float_value(round_decimal(value.number, digits));
  }
  if (how != "ceil" && how != "floor") problem("round: the method is common, ceil or floor");
  const Value scale = calculate(Arithmetic::kPower, int_value(10), int_value(digits));
  const Value scaled = calculate(Arithmetic::kMultiply, value, scale);
  const double number = to_double(scaled);
  const int64_t whole = is_integer(scaled)
                            ? to_integer(scaled)
                            : truncate(how == "ceil" ? std::ceil(number) : std::floor(number));
  return calculate(Arithmetic::kDivide, int_value(whole), scale);
}

Value sum(Runtime& runtime, const Value& value, const Arguments& arguments) {
  const auto [attribute, start] = bind<2>("sum", arguments, {Name("attribute"), "start"});
  const AttributePath path(runtime, attribute.given() ? attribute : none_value());
  Value total = start.given() ? start : int_value(0);
  if (total.is_text()) problem("sum cannot add strings; use join");
  Cursor cursor(runtime, value);
  for (Value item; cursor.next(&item);) {
    total = add(runtime, total, path.get(item));
  }
  return total;
}

constexpr FilterEntry kFilters[] = {
    {"abs", absolute}, {"float", floating}, {"int", integer}, {"round", round_number}, {"sum", sum},
};

}  // namespace

std::span<const FilterEntry> number_filters() { return kFilters; }

}  // namespace braid::jinja
