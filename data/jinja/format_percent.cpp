// printf-style formatting.
#include <cmath>
#include <cstdio>

#include "data/jinja/dict.h"
#include "data/jinja/number.h"
#include "data/jinja/print.h"
#include "data/jinja/problem.h"
#include "data/jinja/string_format.h"
#include "data/jinja/text_operations.h"
#include "data/jinja/unicode.h"

namespace braid::jinja {
namespace {

constexpr int64_t kMaxPrecision = 1000;

struct Conversion {
  bool left = false;
  bool plus = false;
  bool space = false;
  bool zero = false;
  bool alternate = false;
  int64_t width = 0;
  int64_t precision = -1;
  char type = 0;
};

// A number in two parts, so that zeros can go between them.
struct Digits {
  std::string sign;  // and prefix
  std::string digits;
};

class Formatter {
 public:
  Formatter(Runtime& runtime, const Text& text, const Value& value)
      : text_(text), value_(value), out_(runtime) {
    if (value.is(Kind::kTuple)) values_ = value.sequence->items;
  }

  const Text* run() {
    const std::string_view bytes = text_.bytes;
    size_t done = 0;
    while ((at_ = bytes.find('%', done)) != std::string_view::npos) {
      out_.append(text_, done, at_);
      ++at_;
      convert();
      done = at_;
    }
    out_.append(text_, done, bytes.size());
    // What is not a tuple and has elements may be left out, as Python has it.
    const bool may_remain = value_.is(Kind::kDict) || value_.is(Kind::kList) ||
                            value_.is(Kind::kRange) || value_.is_undefined();
    if (next_ < values_.size() && !may_remain) {
      problem("not all values were used by the format '{}'", bytes);
    }
    return out_.finish();
  }

 private:
  char peek() const {
    if (at_ >= text_.bytes.size()) problem("the format ends inside a conversion");
    return text_.bytes[at_];
  }

  const Value& next() {
    if (next_ >= values_.size()) problem("the format needs more values");
    return values_[next_++];
  }

  int64_t number_or_star() {
    if (peek() == '*') {
      ++at_;
      const Value& value = next();
      if (!is_integer(value)) problem("'*' in a format needs an integer");
      return to_integer(value);
    }
    int64_t number = 0;
    for (; peek() >= '0' && peek() <= '9'; ++at_) {
      number = number * 10 + (peek() - '0');
      if (number > static_cast<int64_t>(out_.runtime().max_text())) {
        out_.runtime().text_too_long();
      }
    }
    return number;
  }

  const Value* keyed_value() {
    if (peek() != '(') return nullptr;
    const size_t end = text_.bytes.find(')', at_);
    if (end == std::string_view::npos) problem("a key in the format is not closed");
    const std::string_view key = text_.bytes.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    if (!value_.is(Kind::kDict)) problem("a format with keys needs a dict");
    const Value* value = find(*value_.dict, key);
    if (!value) problem("the dict for the format has no key '{}'", key);
    return value;
  }

  void read_flags(Conversion& conversion) {
    for (;; ++at_) {
      switch (peek()) {
        case '-':
          conversion.left = true;
          break;
        case '+':
          conversion.plus = true;
          break;
        case ' ':
          conversion.space = true;
          break;
        case '0':
          conversion.zero = true;
          break;
        case '#':
          conversion.alternate = true;
          break;
        default:
          return;
      }
    }
  }

  void convert() {
    if (peek() == '%') {
      ++at_;
      return out_.append("%");
    }
    Conversion conversion;
    const Value* value = keyed_value();
    read_flags(conversion);
    conversion.width = number_or_star();
    if (conversion.width < 0) {
      conversion.left = true;
      conversion.width = conversion.width < -kMaxStar ? kMaxStar : -conversion.width;
    }
    if (peek() == '.') {
      ++at_;
      conversion.precision = std::max<int64_t>(0, number_or_star());
    }
    while (std::string_view("hlL").find(peek()) != std::string_view::npos) ++at_;
    conversion.type = peek();
    ++at_;
    put(conversion, value ? *value : next());
  }

  void put(const Conversion& conversion, const Value& value) {
    switch (conversion.type) {
      case 's':
        return put_text(conversion, to_text(out_.runtime(), value));
      case 'r':
      case 'a': {
        TextBuilder quoted(out_.runtime());
        print_quoted(quoted, value);
        const Text* text = quoted.finish();
        if (conversion.type == 'a' && !is_ascii(text->bytes)) {
          problem("'%a' of a text that is not ASCII is not supported");
        }
        return put_text(conversion, *text);
      }
      case 'c':
        return put_text(conversion, character(value));
      case 'd':
      case 'i':
      case 'u':
      case 'x':
      case 'X':
      case 'o':
        return put_digits(conversion, integer_digits(conversion, value));
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G':
        return put_digits(conversion, float_digits(conversion, value));
      default:
        problem("the format has the unknown conversion '{}'", conversion.type);
    }
  }

  void put_text(const Conversion& conversion, const Text& text) {
    const Text* shown = &text;
    const size_t length = count_code_points(text.bytes);
    if (conversion.precision >= 0 && static_cast<size_t>(conversion.precision) < length) {
      const size_t end = offset_of(text.bytes, static_cast<size_t>(conversion.precision));
      shown = substring(out_.runtime().arena, text, 0, end);
    }
    pad_around(conversion, count_code_points(shown->bytes), [&] { out_.append(*shown); });
  }

  void put_digits(const Conversion& conversion, const Digits& digits) {
    size_t size = digits.sign.size() + digits.digits.size();
    size_t zeros = 0;
    const auto width = static_cast<size_t>(conversion.width);
    if (conversion.zero && !conversion.left && width > size) zeros = width - size;
    pad_around(conversion, size + zeros, [&] {
      out_.append(digits.sign);
      out_.fill(zeros, "0");
      out_.append(digits.digits);
    });
  }

  template <typename Put>
  void pad_around(const Conversion& conversion, size_t length, Put put_value) {
    const auto width = static_cast<size_t>(conversion.width);
    const size_t space = width > length ? width - length : 0;
    if (!conversion.left) out_.fill(space, " ");
    put_value();
    if (conversion.left) out_.fill(space, " ");
  }

  const Text& character(const Value& value) {
    if (value.is_text() && count_code_points(value.text->bytes) == 1) return *value.text;
    if (!is_integer(value)) problem("'%c' needs an integer or one character");
    const int64_t code = to_integer(value);
    if (code < 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
      problem("'%c' of {}: there is no such character", code);
    }
    std::string bytes;
    encode(static_cast<char32_t>(code), bytes);
    return *copy_text(out_.runtime().arena, bytes);
  }

  static std::string sign_of(const Conversion& conversion, bool negative) {
    if (negative) return "-";
    return conversion.plus ? "+" : conversion.space ? " " : "";
  }

  Digits integer_digits(const Conversion& conversion, const Value& value) {
    const bool decimal = std::string_view("diu").find(conversion.type) != std::string_view::npos;
    if (value.is_undefined()) undefined_problem(value);
    if (!is_integer(value) && !(decimal && value.is(Kind::kFloat))) {
      problem("'%{}' needs a number, not {}", conversion.type, type_name(value.kind));
    }
    const int64_t number = value.is(Kind::kFloat) ? truncate(value.number) : to_integer(value);
    const uint64_t size =
        number < 0 ? -static_cast<uint64_t>(number) : static_cast<uint64_t>(number);
    Digits digits{sign_of(conversion, number < 0), ""};
    if (decimal) {
      digits.digits = std::to_string(size);
    } else if (conversion.type == 'o') {
      digits.digits = fmt::format("{:o}", size);
    } else {
      digits.digits =
          conversion.type == 'x' ? fmt::format("{:x}", size) : fmt::format("{:X}", size);
    }
    if (conversion.alternate && !decimal) digits.sign += std::string("0") + conversion.type;
    if (conversion.precision > kMaxPrecision) problem("a precision in the format is too large");
    if (conversion.precision > static_cast<int64_t>(digits.digits.size())) {
      digits.digits.insert(0, static_cast<size_t>(conversion.precision) - digits.digits.size(),
                           '0');
    }
    return digits;
  }

  Digits float_digits(const Conversion& conversion, const Value& value) {
    if (value.is_undefined()) undefined_problem(value);
    if (!is_number(value)) {
      problem("'%{}' needs a number, not {}", conversion.type, type_name(value.kind));
    }
    if (conversion.precision > kMaxPrecision) problem("a precision in the format is too large");
    const double number = to_double(value);
    const int precision = conversion.precision < 0 ? 6 : static_cast<int>(conversion.precision);
    const char format[] = {'%', '#', '.', '*', conversion.type, 0};
    const char plain[] = {'%', '.', '*', conversion.type, 0};
    const char* chosen = conversion.alternate ? format : plain;
    char buffer[kMaxPrecision + 400];
    std::snprintf(buffer, sizeof(buffer), chosen, precision, std::abs(number));
    return {sign_of(conversion, std::signbit(number) && !std::isnan(number)), buffer};
  }

  static constexpr int64_t kMaxStar = int64_t{1} << 62;

  const Text& text_;
  const Value& value_;
  std::span<const Value> values_{&value_, 1};
  size_t next_ = 0;
  size_t at_ = 0;  // in the text
  TextBuilder out_;
};

}  // namespace

const Text* format_percent(Runtime& runtime, const Text& text, const Value& value) {
  return Formatter(runtime, text, value).run();
}

}  // namespace braid::jinja
