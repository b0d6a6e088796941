#include "data/jinja/clock_format.h"

#include "data/jinja/problem.h"

namespace braid::jinja {
namespace {

constexpr std::string_view kDays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                      "Thursday", "Friday", "Saturday"};
constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};

int hour12(const std::tm& time) { return time.tm_hour % 12 == 0 ? 12 : time.tm_hour % 12; }

// Week of the year when weeks begin on the given day; days before the first are in week 0.
int week_of(const std::tm& time, int first_day) {
  return (time.tm_yday + 7 - (time.tm_wday + 7 - first_day) % 7) / 7;
}

std::string padded(int number, int width, char flag, char filler = '0') {
  if (flag == '-') return std::to_string(number);
  if (flag == '_') filler = ' ';
  if (flag == '0') filler = '0';
  std::string digits = std::to_string(number);
  if (digits.size() < static_cast<size_t>(width)) {
    digits.insert(0, static_cast<size_t>(width) - digits.size(), filler);
  }
  return digits;
}

std::string directive(const std::tm& time, char letter, char flag) {
  const auto name = [](std::string_view word, size_t length) {
    return std::string(word.substr(0, length));
  };
  const auto all = [&](std::string_view format) {
    std::string result;
    for (size_t i = 0; i < format.size(); ++i) {
      result += format[i] == '%' ? directive(time, format[++i], 0) : std::string(1, format[i]);
    }
    return result;
  };
  switch (letter) {
    case 'a':
      return name(kDays[time.tm_wday], 3);
    case 'A':
      return name(kDays[time.tm_wday], 9);
    case 'b':
    case 'h':
      return name(kMonths[time.tm_mon], 3);
    case 'B':
      return name(kMonths[time.tm_mon], 9);
    case 'c':
      return all("%a %b %e %H:%M:%S %Y");
    case 'C':
      return padded((time.tm_year + 1900) / 100, 2, flag);
    case 'd':
      return padded(time.tm_mday, 2, flag);
    case 'D':
    case 'x':
      return all("%m/%d/%y");
    case 'e':
      return padded(time.tm_mday, 2, flag, ' ');
    case 'f':
      return "000000";
    case 'F':
      return all("%Y-%m-%d");
    case 'H':
      return padded(time.tm_hour, 2, flag);
    case 'I':
      return padded(hour12(time), 2, flag);
    case 'j':
      return padded(time.tm_yday + 1, 3, flag);
    case 'm':
      return padded(time.tm_mon + 1, 2, flag);
    case 'M':
      return padded(time.tm_min, 2, flag);
    case 'n':
      return "\n";
    case 'p':
      return time.tm_hour < 12 ? "AM" : "PM";
    case 'R':
      return all("%H:%M");
    case 'S':
      return padded(time.tm_sec, 2, flag);
    case 't':
      return "\t";
    case 'T':
    case 'X':
      return all("%H:%M:%S");
    case 'u':
      return std::to_string(time.tm_wday == 0 ? 7 : time.tm_wday);
    case 'U':
      return padded(week_of(time, 0), 2, flag);
    case 'w':
      return std::to_string(time.tm_wday);
    case 'W':
      return padded(week_of(time, 1), 2, flag);
    case 'y':
      return padded(time.tm_year % 100, 2, flag);
    case 'Y':
      return padded(time.tm_year + 1900, 0, flag);
    case 'z':
    case 'Z':
      return "";  // a time without a zone
    case '%':
      return "%";
    default:
      problem("strftime_now: the directive '%{}' is not supported", letter);
  }
}

}  // namespace

std::string format_time(std::time_t now, std::string_view format) {
  std::tm time{};
  if (!gmtime_r(&now, &time)) problem("strftime_now: the time is out of range");
  std::string result;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      result += format[i];
      continue;
    }
    char flag = 0;
    ++i;
    if (i < format.size() && std::string_view("-_0").find(format[i]) != std::string_view::npos) {
      flag = format[i++];
    }
    if (i == format.size()) problem("strftime_now: the format ends with '%'");
    result += directive(time, format[i], flag);
  }
  return result;
}

}  // namespace braid::jinja
