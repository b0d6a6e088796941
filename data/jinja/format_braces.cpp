// Brace-style formatting: str.format.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "data/jinja/attributes.h"
#include "data/jinja/number.h"
#include "data/jinja/print.h"
#include "data/jinja/problem.h"
#include "data/jinja/string_format.h"
#include "data/jinja/text_operations.h"
#include "data/jinja/unicode.h"

namespace braid::jinja {
namespace {

constexpr int64_t kMaxPrecision = 1000;

bool is_digits(std::string_view text) {
  return !text.empty() && text.size() < 10 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

class Formatter {
 public:
  Formatter(Runtime& runtime, const Text& text, const Arguments& arguments)
      : text_(text), arguments_(arguments), out_(runtime) {}

  const Text* run() {
    const std::string_view bytes = text_.bytes;
    size_t at = 0;
    while (true) {
      const size_t brace = bytes.find_first_of("{}", at);
      if (brace == std::string_view::npos) break;
      out_.append(text_, at, brace);
      at = brace + 1;
      if (at < bytes.size() && bytes[at] == bytes[brace]) {
        out_.append(text_, brace, at);
        ++at;
      } else if (bytes[brace] == '}') {
        problem("the format has a single '}}'");
      } else {
        const size_t end = bytes.find_first_of("{}", at);
        if (end == std::string_view::npos) problem("a field of the format is not closed");
        if (bytes[end] == '{') problem("a field inside a field of a format is not supported");
        field(bytes.substr(at, end - at));
        at = end + 1;
      }
    }
    out_.append(text_, at, bytes.size());
    return out_.finish();
  }

 private:
  void field(std::string_view text) {
    std::string_view specification;
    const size_t colon = text.find(':');
    if (colon != std::string_view::npos) {
      specification = text.substr(colon + 1);
      text = text.substr(0, colon);
    }
    char conversion = 0;
    const size_t mark = text.find('!');
    if (mark != std::string_view::npos) {
      if (text.size() != mark + 2) problem("a conversion of the format is not one letter");
      conversion = text[mark + 1];
      text = text.substr(0, mark);
    }
    format_value(out_, converted(value_of(text), conversion), specification);
  }

  Value converted(const Value& value, char conversion) {
    Runtime& runtime = out_.runtime();
    if (conversion == 0) return value;
    if (conversion == 's') return text_value(&to_text(runtime, value));
    if (conversion != 'r') problem("the conversion '!{}' is not supported", conversion);
    TextBuilder quoted(runtime);
    print_quoted(quoted, value);
    return text_value(quoted.finish());
  }

  // `first.attribute[element]`
  Value value_of(std::string_view path) {
    const size_t first_end = std::min(path.find_first_of(".["), path.size());
    Value value = first(path.substr(0, first_end));
    path.remove_prefix(first_end);
    while (!path.empty()) {
      if (path.front() == '.') {
        const size_t end = std::min(path.find_first_of(".[", 1), path.size());
        value = get_attribute(out_.runtime(), value, path.substr(1, end - 1));
        path.remove_prefix(end);
        continue;
      }
      const size_t end = path.find(']');
      if (path.front() != '[' || end == std::string_view::npos) {
        problem("a field of the format is malformed");
      }
      const std::string_view key = path.substr(1, end - 1);
      const Value index = is_digits(key) ? int_value(std::stoll(std::string(key)))
                                         : text_value(borrow(out_.runtime().arena, key));
      value = get_element(out_.runtime(), value, index);
      path.remove_prefix(end + 1);
    }
    return value;
  }

  const Value& first(std::string_view name) {
    if (name.empty() || is_digits(name)) {
      if (name.empty() ? numbered_ : next_ > 0) {
        problem("a format cannot both count its fields and number them");
      }
      numbered_ = numbered_ || !name.empty();
      const size_t index =
          name.empty() ? next_++ : static_cast<size_t>(std::stoll(std::string(name)));
      if (index >= arguments_.positional.size()) problem("the format needs more values");
      return arguments_.positional[index];
    }
    for (const Keyword& keyword : arguments_.keywords) {
      if (keyword.name == name) return keyword.value;
    }
    problem("the format has no value named '{}'", name);
  }

  const Text& text_;
  const Arguments& arguments_;
  size_t next_ = 0;
  bool numbered_ = false;
  TextBuilder out_;
};

// [[fill]align][sign][#][0][width][,][.precision][type]
struct Specification {
  std::string_view fill = " ";
  char align = 0;
  char sign = '-';
  bool alternate = false;
  bool zero = false;
  char grouping = 0;
  int64_t width = 0;
  int64_t precision = -1;
  char type = 0;
};

class SpecificationReader {
 public:
  SpecificationReader(Runtime& runtime, std::string_view text) : runtime_(runtime), text_(text) {}

  Specification read() {
    Specification result;
    if (!text_.empty()) read_align(result);
    take("+- ", &result.sign);
    result.alternate = take("#", nullptr);
    result.zero = take("0", nullptr);
    if (result.zero && result.fill == " ") result.fill = "0";
    result.width = number(0);
    take(",_", &result.grouping);
    if (take(".", nullptr)) {
      result.precision = number(-1);
      if (result.precision < 0) problem("a format has no precision behind its point");
    }
    if (!text_.empty()) take("bdoxXeEfFgGs%", &result.type);
    if (!text_.empty()) problem("the format '{}' is not supported", text_);
    return result;
  }

 private:
  bool take(std::string_view characters, char* taken) {
    if (text_.empty() || characters.find(text_.front()) == std::string_view::npos) return false;
    if (taken) *taken = text_.front();
    text_.remove_prefix(1);
    return true;
  }

  void read_align(Specification& result) {
    constexpr std::string_view kAligns = "<>=^";
    const size_t length = decode(text_, 0).length;
    if (length < text_.size() && kAligns.find(text_[length]) != std::string_view::npos) {
      result.fill = text_.substr(0, length);
      text_.remove_prefix(length);
    }
    take(kAligns, &result.align);
  }

  int64_t number(int64_t fallback) {
    int64_t value = fallback;
    while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9') {
      value = std::max<int64_t>(value, 0) * 10 + (text_.front() - '0');
      if (value > static_cast<int64_t>(runtime_.max_text())) runtime_.text_too_long();
      text_.remove_prefix(1);
    }
    return value;
  }

  Runtime& runtime_;
  std::string_view text_;
};

std::string grouped(std::string digits, char separator, size_t every) {
  const size_t end = std::min(digits.find_first_not_of("0123456789abcdefABCDEF"), digits.size());
  for (size_t at = end; at > every; at -= every) digits.insert(at - every, 1, separator);
  return digits;
}

std::string integer_digits(const Specification& specification, uint64_t size, std::string& sign) {
  const bool prefixed = specification.alternate;
  switch (specification.type) {
    case 'b':
      if (prefixed) sign += "0b";
      return fmt::format("{:b}", size);
    case 'o':
      if (prefixed) sign += "0o";
      return fmt::format("{:o}", size);
    case 'x':
      if (prefixed) sign += "0x";
      return fmt::format("{:x}", size);
    case 'X':
      if (prefixed) sign += "0X";
      return fmt::format("{:X}", size);
    default:
      return std::to_string(size);
  }
}

std::string float_digits(const Specification& specification, double number) {
  if (specification.precision > kMaxPrecision) problem("a precision in a format is too large");
  if (specification.type == 0 && specification.precision < 0) return print_float(number);
  // Without a type it is 'g' but for the form of whole numbers, which have a point.
  const bool percent = specification.type == '%';
  const char type = percent ? 'f' : specification.type == 0 ? 'g' : specification.type;
  if (specification.type == 0) problem("a format with a precision needs a type");
  const int precision = specification.precision < 0 ? 6 : static_cast<int>(specification.precision);
  const char plain[] = {'%', '.', '*', type, 0};
  const char alternate[] = {'%', '#', '.', '*', type, 0};
  char buffer[kMaxPrecision + 400];
  std::snprintf(buffer, sizeof(buffer), specification.alternate ? alternate : plain, precision,
                percent ? number * 100 : number);
  return std::string(buffer) + (percent ? "%" : "");
}

// `put` writes `length` characters.
template <typename Put>
void align(TextBuilder& out, const Specification& specification, char fallback, size_t length,
           Put put) {
  const auto width = static_cast<size_t>(specification.width);
  const size_t space = width > length ? width - length : 0;
  const char align = specification.align == 0 ? fallback : specification.align;
  const size_t left = align == '<' ? 0 : align == '^' ? space / 2 : space;
  out.fill(left, specification.fill);
  put();
  out.fill(space - left, specification.fill);
}

bool is_one_of(char type, std::string_view types) {
  return type != 0 && types.find(type) != std::string_view::npos;
}

std::string number_digits(const Value& value, const Specification& specification,
                          std::string& sign) {
  const bool to_float = value.is(Kind::kFloat) || is_one_of(specification.type, "eEfFgG%");
  if (to_float) return float_digits(specification, std::abs(to_double(value)));
  if (specification.precision >= 0) problem("a precision does not fit an integer");
  const auto bits = static_cast<uint64_t>(to_integer(value));
  return integer_digits(specification, to_integer(value) < 0 ? -bits : bits, sign);
}

void format_number(TextBuilder& out, const Value& value, const Specification& specification) {
  if (specification.type == 's' ||
      (value.is(Kind::kFloat) && is_one_of(specification.type, "bdoxX"))) {
    problem("the format '{}' does not fit a {}", specification.type, type_name(value.kind));
  }
  const bool negative = std::signbit(to_double(value));
  std::string sign(negative || specification.sign != '-' ? 1 : 0,
                   negative ? '-' : specification.sign);
  std::string digits = number_digits(value, specification, sign);
  if (specification.grouping != 0) {
    digits = grouped(digits, specification.grouping, is_one_of(specification.type, "boxX") ? 4 : 3);
  }
  const size_t length = sign.size() + digits.size();
  const bool zeros = specification.zero && specification.align == 0;
  if (!zeros && specification.align != '=') {
    return align(out, specification, '>', length, [&] { out.append(sign + digits); });
  }
  const auto width = static_cast<size_t>(specification.width);
  if (specification.grouping != 0 && zeros && width > length) {
    problem("a format that both groups and fills with zeros is not supported");
  }
  out.append(sign);
  out.fill(width > length ? width - length : 0, zeros ? "0" : specification.fill);
  out.append(digits);
}

}  // namespace

void format_value(TextBuilder& out, const Value& value, std::string_view text) {
  if (text.empty()) return print(out, value);
  const Specification specification = SpecificationReader(out.runtime(), text).read();
  if (is_number(value)) return format_number(out, value, specification);
  if (!value.is_text()) {
    problem("a {} takes no format specification", type_name(value.kind));
  }
  if ((specification.type != 0 && specification.type != 's') || specification.align == '=' ||
      specification.grouping != 0 || specification.alternate || specification.sign != '-') {
    problem("the format '{}' does not fit a string", text);
  }
  const Text* shown = value.text;
  if (specification.precision >= 0) {
    const size_t end = offset_of(shown->bytes, static_cast<size_t>(specification.precision));
    shown = substring(out.runtime().arena, *shown, 0, end);
  }
  align(out, specification, '<', count_code_points(shown->bytes), [&] { out.append(*shown); });
}

const Text* format_braces(Runtime& runtime, const Text& text, const Arguments& arguments) {
  return Formatter(runtime, text, arguments).run();
}

}  // namespace braid::jinja
