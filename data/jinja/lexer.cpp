// Cuts a template into tokens.
//
// Three rules remove white space: "-" at a tag takes all of it on that side; trim_blocks takes one
// line end after a statement or comment; lstrip_blocks takes the blanks of a line in front of one.
// "+" turns the last two off at a tag.
#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "data/jinja/problem.h"
#include "data/jinja/token.h"
#include "data/jinja/unicode.h"

namespace braid::jinja {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_digit_of(char c, int base) {
  const int value = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : 99;
  return value < base;
}

// One kind of line end, and none at the end of the source.
std::string normalise_lines(std::string_view source) {
  std::string result;
  result.reserve(source.size());
  for (size_t i = 0; i < source.size(); ++i) {
    if (source[i] != '\r') {
      result += source[i];
      continue;
    }
    result += '\n';
    if (i + 1 < source.size() && source[i + 1] == '\n') ++i;
  }
  if (result.ends_with('\n')) result.pop_back();
  return result;
}

class Lexer {
 public:
  Lexer(std::string source, int& line) : source_(std::move(source)), line_(line) { line_ = 1; }

  std::vector<Token> run() {
    while (at_ < source_.size()) text();
    push(TokenKind::kEnd);
    return std::move(tokens_);
  }

 private:
  bool follows(std::string_view what) const {
    return std::string_view(source_).substr(at_).starts_with(what);
  }

  char peek(size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }

  // Moves on, counting lines.
  void advance(size_t to) {
    line_ += static_cast<int>(std::count(source_.begin() + static_cast<ptrdiff_t>(at_),
                                         source_.begin() + static_cast<ptrdiff_t>(to), '\n'));
    if (to > at_) line_starting_ = source_[to - 1] == '\n';
    at_ = to;
  }

  size_t skip_space(size_t at) const {
    while (at < source_.size()) {
      const CodePoint c = decode(source_, at);
      if (!is_space(c.value)) break;
      at += c.length;
    }
    return at;
  }

  Token& push(TokenKind kind, std::string text = "") {
    tokens_.push_back({kind, line_, std::move(text)});
    return tokens_.back();
  }

  // Data up to the next tag, and the tag.
  void text() {
    size_t tag = at_;
    while (true) {
      tag = source_.find('{', tag);
      if (tag == std::string::npos || tag + 1 == source_.size()) {
        push(TokenKind::kData, source_.substr(at_));
        return advance(source_.size());
      }
      if (std::string_view("%{#").find(source_[tag + 1]) != std::string_view::npos) break;
      ++tag;
    }
    const char kind = source_[tag + 1];
    const char sign = tag + 2 < source_.size() ? source_[tag + 2] : '\0';
    data(tag, sign, kind != '{');
    advance(tag + (sign == '-' || sign == '+' ? 3 : 2));
    if (kind == '#') return comment();
    if (kind == '{') return variable();
    const size_t raw_end = raw_begin();
    if (raw_end != 0) return raw(raw_end);
    push(TokenKind::kBlockBegin);
    inside_block();
  }

  // Emits the text in front of a tag at `end`, without the white space that the tag takes.
  void data(size_t end, char sign, bool strips_line) {
    std::string_view text = std::string_view(source_).substr(at_, end - at_);
    if (sign == '-') {
      text = text.substr(0, trailing_space(text));
    } else if (sign != '+' && strips_line) {
      const size_t newline = text.rfind('\n');
      const size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
      if ((begin > 0 || line_starting_) && trailing_space(text) <= begin) {
        text = text.substr(0, begin);
      }
    }
    if (!text.empty()) push(TokenKind::kData, std::string(text));
    advance(end);
  }

  // Where the white space at the end of `text` begins.
  static size_t trailing_space(std::string_view text) {
    size_t end = 0;
    for (size_t i = 0; i < text.size();) {
      const CodePoint c = decode(text, i);
      i += c.length;
      if (!is_space(c.value)) end = i;
    }
    return end;
  }

  // End of a closing tag at `at`, with the white space it takes; 0 when none stands there.
  size_t closing(size_t at, std::string_view bracket, bool block) const {
    const std::string_view rest = std::string_view(source_).substr(at);
    if (rest.starts_with('-') && rest.substr(1).starts_with(bracket)) {
      return skip_space(at + 1 + bracket.size());
    }
    if (block && rest.starts_with('+') && rest.substr(1).starts_with(bracket)) {
      return at + 1 + bracket.size();
    }
    if (!rest.starts_with(bracket)) return 0;
    const size_t end = at + bracket.size();
    return block && end < source_.size() && source_[end] == '\n' ? end + 1 : end;
  }

  // One that is opened by the last bytes of the source is let through, as Jinja does it.
  void comment() {
    if (at_ == source_.size()) return;
    for (size_t at = at_; at < source_.size(); ++at) {
      if (const size_t end = closing(at, "#}", true)) return advance(end);
    }
    problem("a comment is not closed");
  }

  // Behind "{%": the end of "raw %}", or 0. Such a tag does not take the line end behind it.
  size_t raw_begin() const {
    const size_t name = skip_space(at_);
    if (std::string_view(source_).substr(name, 3) != "raw") return 0;
    const size_t at = skip_space(name + 3);
    const std::string_view rest = std::string_view(source_).substr(at);
    if (rest.starts_with("-%}")) return skip_space(at + 3);
    return rest.starts_with("%}") ? at + 2 : 0;
  }

  void raw(size_t begin) {
    advance(begin);
    if (at_ == source_.size()) return;
    for (size_t tag = source_.find("{%", at_); tag != std::string::npos;
         tag = source_.find("{%", tag + 2)) {
      const char sign = tag + 2 < source_.size() ? source_[tag + 2] : '\0';
      const size_t name = skip_space(tag + (sign == '-' || sign == '+' ? 3 : 2));
      if (std::string_view(source_).substr(name, 6) != "endraw") continue;
      const size_t end = closing(skip_space(name + 6), "%}", true);
      if (end == 0) continue;
      data(tag, sign, true);
      return advance(end);
    }
    problem("a raw block is not closed");
  }

  void variable() {
    push(TokenKind::kVariableBegin);
    inside_tag("}}", false, TokenKind::kVariableEnd);
  }

  void inside_block() { inside_tag("%}", true, TokenKind::kBlockEnd); }

  void inside_tag(std::string_view bracket, bool block, TokenKind end_kind) {
    std::string open;  // the closing brackets that are due
    while (true) {
      if (open.empty()) {
        if (const size_t end = closing(at_, bracket, block)) {
          push(end_kind);
          return advance(end);
        }
      }
      const size_t next = skip_space(at_);
      if (next != at_) {
        advance(next);
        continue;
      }
      if (at_ == source_.size()) problem("a tag is not closed");
      token(open);
    }
  }

  void token(std::string& open) {
    const char c = peek();
    if (c >= '0' && c <= '9') return number();
    if (is_word(c)) return name();
    if (c == '\'' || c == '"') return string(c);
    operation(open);
  }

  void name() {
    size_t end = at_;
    while (end < source_.size() && is_word(source_[end])) ++end;
    push(TokenKind::kName, source_.substr(at_, end - at_));
    advance(end);
  }

  // End of digits from `at`, between which single underscores may stand; `at` when there are none.
  size_t digits_end(size_t at, int base) const {
    size_t end = at;
    while (end < source_.size()) {
      const bool joined = source_[end] == '_' && end > at;
      const size_t digit = joined ? end + 1 : end;
      if (digit >= source_.size() || !is_digit_of(source_[digit], base)) break;
      end = digit + 1;
    }
    return end;
  }

  size_t float_end() const {
    if (at_ > 0 && source_[at_ - 1] == '.') return at_;
    size_t end = digits_end(at_, 10);
    bool is_float = false;
    if (end < source_.size() && source_[end] == '.') {
      const size_t fraction = digits_end(end + 1, 10);
      if (fraction > end + 1) {
        end = fraction;
        is_float = true;
      }
    }
    if (end < source_.size() && (source_[end] == 'e' || source_[end] == 'E')) {
      size_t exponent = end + 1;
      if (exponent < source_.size() && (source_[exponent] == '-' || source_[exponent] == '+')) {
        ++exponent;
      }
      const size_t exponent_end = digits_end(exponent, 10);
      if (exponent_end > exponent) return exponent_end;
    }
    return is_float ? end : at_;
  }

  std::string without_underscores(size_t begin, size_t end) const {
    std::string digits = source_.substr(begin, end - begin);
    std::erase(digits, '_');
    return digits;
  }

  void number() {
    if (const size_t end = float_end(); end > at_) {
      const double value = std::strtod(without_underscores(at_, end).c_str(), nullptr);
      push(TokenKind::kFloat).number = value;
      return advance(end);
    }
    int base = 10;
    size_t begin = at_;
    const char letter = static_cast<char>(peek(1) | 0x20);
    const int prefixed = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
    if (peek() == '0' && prefixed != 0) {
      const size_t first = at_ + (peek(2) == '_' ? 3 : 2);
      if (first < source_.size() && is_digit_of(source_[first], prefixed)) {
        base = prefixed;
        begin = first;
      }
    }
    size_t end = digits_end(begin, base);
    if (base == 10 && peek() == '0') {  // zeros only; other digits begin a token of their own
      end = at_;
      while (end < source_.size() && source_[end] == '0') ++end;
    }
    const std::string digits = without_underscores(begin, end);
    int64_t value = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (parsed.ec != std::errc()) problem("the integer {} does not fit 64 bits", digits);
    push(TokenKind::kInteger).integer = value;
    advance(end);
  }

  void string(char quote) {
    size_t end = at_ + 1;
    while (end < source_.size() && source_[end] != quote) end += source_[end] == '\\' ? 2 : 1;
    if (end >= source_.size()) problem("a string is not closed");
    push(TokenKind::kString, unescape(std::string_view(source_).substr(at_ + 1, end - at_ - 1)));
    advance(end + 1);
  }

  void operation(std::string& open) {
    constexpr std::string_view kLong[] = {"//", "**", "==", "!=", ">=", "<="};
    constexpr std::string_view kShort = "+-/*%~[](){}><=.:|,;";
    std::string text;
    for (const std::string_view candidate : kLong) {
      if (follows(candidate)) text = candidate;
    }
    if (text.empty()) text = peek();
    if (text.size() == 1 && kShort.find(text) == std::string_view::npos) {
      std::string shown;
      encode(decode(source_, at_).value, shown);
      problem("unexpected character '{}'", shown);
    }
    balance(text, open);
    push(TokenKind::kOperator, text);
    advance(at_ + text.size());
  }

  static void balance(std::string_view text, std::string& open) {
    const char c = text.size() == 1 ? text[0] : '\0';
    if (c == '(') open += ')';
    if (c == '[') open += ']';
    if (c == '{') open += '}';
    if (c != ')' && c != ']' && c != '}') return;
    if (open.empty()) problem("unexpected '{}'", c);
    if (open.back() != c) problem("unexpected '{}', expected '{}'", c, open.back());
    open.pop_back();
  }

  std::string source_;
  int& line_;
  size_t at_ = 0;
  bool line_starting_ = true;  // the last token ended with a line end
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(std::string_view source, int& line) {
  return Lexer(normalise_lines(source), line).run();
}

}  // namespace braid::jinja
