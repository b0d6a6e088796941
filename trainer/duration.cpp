#include "trainer/duration.h"

#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace braid {
namespace {

constexpr int64_t kMinute = 60, kHour = 60 * kMinute, kDay = 24 * kHour;

[[noreturn]] void refuse(const std::string& text) {
  fail("{}: not a length of time; write it like 3h30m, 90s or 1-12:00:00 (days-hours)",
       quote(text));
}

// Digits from the front of `rest`; nullopt when there are none, or more than any run lasts.
std::optional<int64_t> take_number(std::string_view& rest) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (error != std::errc() || value < 0 || value > 1'000'000'000) return std::nullopt;
  rest.remove_prefix(static_cast<size_t>(end - rest.data()));
  return value;
}

// 3h30m.
std::optional<int64_t> with_units(std::string_view rest) {
  int64_t total = 0, last = 100 * kDay;
  while (!rest.empty()) {
    const auto value = take_number(rest);
    if (!value || rest.empty()) return std::nullopt;
    const char name = rest.front();
    const int64_t unit = name == 'd'   ? kDay
                         : name == 'h' ? kHour
                         : name == 'm' ? kMinute
                         : name == 's' ? 1
                                       : last;
    if (unit >= last) return std::nullopt;  // unknown, repeated or out of order
    total += *value * unit;
    last = unit;
    rest.remove_prefix(1);
    while (rest.starts_with(' ')) rest.remove_prefix(1);
  }
  return total;
}

// 3:30:00, 90:00, 1-12, 1-12:00, 1-12:00:00.
std::optional<int64_t> with_colons(std::string_view rest) {
  int64_t days = 0;
  const bool has_days = rest.find('-') != std::string_view::npos;
  if (has_days) {
    const auto value = take_number(rest);
    if (!value || !rest.starts_with('-')) return std::nullopt;
    days = *value;
    rest.remove_prefix(1);
  }
  std::vector<int64_t> fields;
  while (true) {
    const auto value = take_number(rest);
    if (!value) return std::nullopt;
    fields.push_back(*value);
    if (rest.empty()) break;
    if (!rest.starts_with(':')) return std::nullopt;
    rest.remove_prefix(1);
  }
  if (fields.size() > 3 || (fields.size() == 1 && !has_days)) return std::nullopt;
  // Behind days hours come first; otherwise seconds are last.
  int64_t unit = has_days || fields.size() == 3 ? kHour : kMinute;
  int64_t total = days * kDay;
  for (const int64_t field : fields) {
    total += field * unit;
    unit /= 60;
  }
  return total;
}

}  // namespace

std::chrono::seconds parse_duration(const std::string& text) {
  const bool colons = text.find_first_of(":-") != std::string::npos;
  const auto seconds = colons ? with_colons(text) : with_units(text);
  if (text.empty() || !seconds) refuse(text);
  return std::chrono::seconds(*seconds);
}

}  // namespace braid
