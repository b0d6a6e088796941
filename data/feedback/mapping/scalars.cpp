// Texts and numbers of scalars.
#include "data/feedback/mapping/scalars.h"

#include <charconv>
#include <cmath>

#include "base/error.h"
#include "data/feedback/conversation.h"

namespace braid {
namespace {

std::optional<double> parse_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::optional<std::string> scalar_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) {
    const double number = value.get<double>();
    // Tables often turn whole numbers into floating point.
    if (std::trunc(number) == number && std::abs(number) < 0x1p53) {
      return fmt::format("{}", static_cast<int64_t>(number));
    }
    return value.dump();
  }
  if (value.is_number() || value.is_boolean()) return value.dump();
  return std::nullopt;
}

std::optional<double> scalar_number(const Json& value, std::string_view field) {
  if (value.is_null()) return std::nullopt;
  std::optional<double> number;
  if (value.is_boolean()) {
    number = value.get<bool>() ? 1 : 0;
  } else if (value.is_number()) {
    number = value.get<double>();
  } else if (value.is_string()) {
    const std::string_view text = trimmed(value.get_ref<const std::string&>());
    if (text.empty()) return std::nullopt;
    number = parse_number(text);
  }
  if (!number || !std::isfinite(*number)) {
    fail("{}: expected a finite number, got {}", field, describe_value(value));
  }
  return number;
}

std::string describe_value(const Json& value) {
  if (value.is_string()) return quote(value.get_ref<const std::string&>());
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    return value.get<double>() > 0 ? "infinity" : "minus infinity or NaN";
  }
  return value.dump();
}

}  // namespace braid
