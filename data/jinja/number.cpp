#include "data/jinja/number.h"

#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "data/jinja/problem.h"
#include "data/jinja/unicode.h"

namespace braid::jinja {
namespace {

constexpr double kTwo63 = 9223372036854775808.0;

[[noreturn]] void overflow() { problem("an integer does not fit 64 bits"); }

std::partial_ordering compare_with_double(int64_t a, double b) {
  if (std::isnan(b)) return std::partial_ordering::unordered;
  if (b >= kTwo63) return std::partial_ordering::less;
  if (b < -kTwo63) return std::partial_ordering::greater;
  const double whole = std::floor(b);
  const auto order = a <=> static_cast<int64_t>(whole);
  if (order != 0) return order;
  return whole < b ? std::partial_ordering::less : std::partial_ordering::equivalent;
}

std::partial_ordering reverse(std::partial_ordering order) { return 0 <=> order; }

void require_divisor(bool is_zero) {
  if (is_zero) problem("division by zero");
}

int64_t floor_divide(int64_t a, int64_t b) {
  require_divisor(b == 0);
  if (b == -1) {
    if (a == std::numeric_limits<int64_t>::min()) overflow();
    return -a;
  }
  const int64_t quotient = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

int64_t modulo(int64_t a, int64_t b) {
  require_divisor(b == 0);
  if (b == -1) return 0;
  const int64_t rest = a % b;
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

double modulo(double a, double b) {
  require_divisor(b == 0);
  const double rest = std::fmod(a, b);
  if (rest != 0) return (rest < 0) != (b < 0) ? rest + b : rest;
  return std::copysign(0.0, b);
}

// As Python does it, so that (a // b) * b + a % b is close to a.
double floor_divide(double a, double b) {
  const double rest = modulo(a, b);
  const double quotient = (a - rest) / b;
  if (quotient == 0) return std::copysign(0.0, a / b);
  const double whole = std::floor(quotient);
  return quotient - whole > 0.5 ? whole + 1 : whole;
}

Value power(int64_t base, int64_t exponent) {
  if (exponent < 0) {
    require_divisor(base == 0);
    return float_value(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
  }
  int64_t result = 1;
  while (exponent > 0) {
    if ((exponent & 1) != 0 && __builtin_mul_overflow(result, base, &result)) overflow();
    exponent >>= 1;
    if (exponent > 0 && __builtin_mul_overflow(base, base, &base)) overflow();
  }
  return int_value(result);
}

Value power(double base, double exponent) {
  require_divisor(base == 0 && exponent < 0);
  if (base < 0 && std::isfinite(exponent) && std::isfinite(base) &&
      std::floor(exponent) != exponent) {
    problem("a power of a negative number is not real");
  }
  const double result = std::pow(base, exponent);
  if (std::isinf(result) && std::isfinite(base) && std::isfinite(exponent)) {
    problem("a power is too large");
  }
  return float_value(result);
}

Value calculate_integers(Arithmetic operation, int64_t a, int64_t b) {
  int64_t result = 0;
  switch (operation) {
    case Arithmetic::kAdd:
      if (__builtin_add_overflow(a, b, &result)) overflow();
      return int_value(result);
    case Arithmetic::kSubtract:
      if (__builtin_sub_overflow(a, b, &result)) overflow();
      return int_value(result);
    case Arithmetic::kMultiply:
      if (__builtin_mul_overflow(a, b, &result)) overflow();
      return int_value(result);
    case Arithmetic::kDivide:
      require_divisor(b == 0);
      return float_value(static_cast<double>(a) / static_cast<double>(b));
    case Arithmetic::kFloorDivide:
      return int_value(floor_divide(a, b));
    case Arithmetic::kModulo:
      return int_value(modulo(a, b));
    case Arithmetic::kPower:
      return power(a, b);
  }
  return none_value();
}

Value calculate_floats(Arithmetic operation, double a, double b) {
  switch (operation) {
    case Arithmetic::kAdd:
      return float_value(a + b);
    case Arithmetic::kSubtract:
      return float_value(a - b);
    case Arithmetic::kMultiply:
      return float_value(a * b);
    case Arithmetic::kDivide:
      require_divisor(b == 0);
      return float_value(a / b);
    case Arithmetic::kFloorDivide:
      return float_value(floor_divide(a, b));
    case Arithmetic::kModulo:
      return float_value(modulo(a, b));
    case Arithmetic::kPower:
      return power(a, b);
  }
  return none_value();
}

// The text without surrounding space, in ASCII: decimal digits of other scripts become ours, any
// other character that is not ASCII a '?'. Nothing when an underscore is not between digits.
std::optional<std::string> normalised_number(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size();) {
    const CodePoint c = decode(text, i);
    i += c.length;
    const int digit = decimal_value(c.value);
    if (digit >= 0) {
      result += static_cast<char>('0' + digit);
    } else if (is_space(c.value)) {
      result += ' ';
    } else {
      result += c.value < 0x80 ? static_cast<char>(c.value) : '?';
    }
  }
  const size_t begin = result.find_first_not_of(' ');
  if (begin == std::string::npos) return std::nullopt;
  result = result.substr(begin, result.find_last_not_of(' ') + 1 - begin);
  const auto is_digit_at = [&](size_t i) {
    return i < result.size() && std::isalnum(static_cast<unsigned char>(result[i])) != 0;
  };
  std::string joined;
  for (size_t i = 0; i < result.size(); ++i) {
    if (result[i] != '_') {
      joined += result[i];
    } else if (i == 0 || !is_digit_at(i - 1) || !is_digit_at(i + 1)) {
      return std::nullopt;
    }
  }
  return joined;
}

// Takes "0x", "0o" or "0b" away when it fits `base`; a base of 0 becomes the one named.
bool take_prefix(std::string_view& digits, int& base) {
  int named = 0;
  if (digits.size() > 2 && digits[0] == '0') {
    const char letter = static_cast<char>(digits[1] | 0x20);
    named = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
  }
  if (named != 0 && (base == 0 || base == named)) {
    digits.remove_prefix(2);
    base = named;
    return true;
  }
  if (base != 0) return true;
  base = 10;
  // Python refuses "012" here, but not "000".
  return digits.size() < 2 || digits[0] != '0' ||
         digits.find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

bool is_number(const Value& value) { return is_integer(value) || value.is(Kind::kFloat); }

double to_double(const Value& number) {
  return number.is(Kind::kFloat) ? number.number : static_cast<double>(to_integer(number));
}

std::partial_ordering compare_numbers(const Value& a, const Value& b) {
  if (a.is(Kind::kFloat) && b.is(Kind::kFloat)) return a.number <=> b.number;
  if (a.is(Kind::kFloat)) return reverse(compare_with_double(to_integer(b), a.number));
  if (b.is(Kind::kFloat)) return compare_with_double(to_integer(a), b.number);
  return to_integer(a) <=> to_integer(b);
}

Value calculate(Arithmetic operation, const Value& a, const Value& b) {
  if (is_integer(a) && is_integer(b)) {
    return calculate_integers(operation, to_integer(a), to_integer(b));
  }
  return calculate_floats(operation, to_double(a), to_double(b));
}

Value negate(const Value& number) {
  if (number.is(Kind::kFloat)) return float_value(-number.number);
  return calculate_integers(Arithmetic::kSubtract, 0, to_integer(number));
}

std::string print_float(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
  char buffer[64] = {};
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), std::abs(number),
                                 std::chars_format::scientific);
  const std::string_view text(buffer, static_cast<size_t>(end.ptr - buffer));
  const size_t e = text.find('e');
  std::string digits(1, text[0]);
  if (e > 2) digits += text.substr(2, e - 2);
  const int exponent = std::atoi(text.substr(e + 1).data());
  const int count = static_cast<int>(digits.size());
  const std::string_view sign = std::signbit(number) ? "-" : "";
  if (exponent < -4 || exponent >= 16) {
    return fmt::format("{}{}{}{}e{}{:02d}", sign, digits.substr(0, 1), count > 1 ? "." : "",
                       digits.substr(1), exponent < 0 ? '-' : '+', std::abs(exponent));
  }
  if (exponent < 0) {
    return fmt::format("{}0.{}{}", sign, std::string(static_cast<size_t>(-exponent - 1), '0'),
                       digits);
  }
  if (count <= exponent + 1) {
    digits.append(static_cast<size_t>(exponent + 1 - count), '0');
    return fmt::format("{}{}.0", sign, digits);
  }
  const auto whole = static_cast<size_t>(exponent + 1);
  return fmt::format("{}{}.{}", sign, digits.substr(0, whole), digits.substr(whole));
}

std::optional<int64_t> parse_integer(std::string_view text, int64_t wanted_base) {
  if (wanted_base != 0 && (wanted_base < 2 || wanted_base > 36)) return std::nullopt;
  int base = static_cast<int>(wanted_base);
  const auto normalised = normalised_number(text);
  if (!normalised) return std::nullopt;
  std::string_view digits = *normalised;
  const bool negative = digits.front() == '-';
  if (negative || digits.front() == '+') digits.remove_prefix(1);
  if (!take_prefix(digits, base) || digits.empty() || digits.front() == '-') return std::nullopt;
  // With its sign in front, so that the smallest integer fits.
  const std::string signed_digits = fmt::format("{}{}", negative ? "-" : "", digits);
  int64_t value = 0;
  const char* const end = signed_digits.data() + signed_digits.size();
  const auto parsed = std::from_chars(signed_digits.data(), end, value, base);
  if (parsed.ptr != end) return std::nullopt;
  if (parsed.ec == std::errc::result_out_of_range) overflow();
  return parsed.ec == std::errc() ? std::optional(value) : std::nullopt;
}

std::optional<double> parse_float(std::string_view text) {
  const auto normalised = normalised_number(text);
  if (!normalised) return std::nullopt;
  std::string_view digits = *normalised;
  const bool negative = digits.front() == '-';
  if (negative || digits.front() == '+') digits.remove_prefix(1);
  if (digits.empty() || digits.front() == '-' || digits.find('(') != std::string_view::npos) {
    return std::nullopt;
  }
  double value = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (parsed.ptr != digits.data() + digits.size()) return std::nullopt;
  if (parsed.ec == std::errc::result_out_of_range) {
    value = std::strtod(std::string(digits).c_str(), nullptr);  // infinity or (almost) zero
  } else if (parsed.ec != std::errc()) {
    return std::nullopt;
  }
  return negative ? -value : value;
}

int64_t truncate(double number) {
  if (std::isnan(number)) problem("cannot convert NaN to an integer");
  if (std::isinf(number)) problem("cannot convert infinity to an integer");
  if (number >= kTwo63 || number < -kTwo63) overflow();
  return static_cast<int64_t>(number);
}

}  // namespace braid::jinja
