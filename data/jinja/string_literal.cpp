// Escapes in string literals, as Python reads them.
#include <algorithm>
#include <string_view>

#include "data/jinja/problem.h"
#include "data/jinja/token.h"
#include "data/jinja/unicode.h"

namespace braid::jinja {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view literal) : literal_(literal) {}

  std::string run() {
    while (at_ < literal_.size()) {
      const size_t backslash = std::min(literal_.find('\\', at_), literal_.size());
      result_ += literal_.substr(at_, backslash - at_);
      at_ = backslash;
      if (at_ < literal_.size()) escape();
    }
    return std::move(result_);
  }

 private:
  void escape() {
    constexpr std::string_view kLetters = "\\'\"abfnrtv";
    constexpr std::string_view kMeanings = "\\'\"\a\b\f\n\r\t\v";
    const char c = literal_[++at_];  // a literal does not end with a lone backslash
    if (const size_t found = kLetters.find(c); found != std::string_view::npos) {
      result_ += kMeanings[found];
      ++at_;
    } else if (c == '\n') {
      ++at_;
    } else if (c >= '0' && c <= '7') {
      octal();
    } else if (c == 'x') {
      hexadecimal(2);
    } else if (c == 'u') {
      hexadecimal(4);
    } else if (c == 'U') {
      hexadecimal(8);
    } else if (c == 'N') {
      problem("a character by name, \\N, is not supported in a string");
    } else {
      unknown();
    }
  }

  // Stays as it is; Jinja writes a character that is not ASCII as its code there.
  void unknown() {
    const CodePoint c = decode(literal_, at_);
    result_ += '\\';
    const auto code = static_cast<uint32_t>(c.value);
    if (code < 0x80) {
      result_ += static_cast<char>(code);
    } else if (code < 0x100) {
      result_ += fmt::format("x{:02x}", code);
    } else {
      result_ += code < 0x10000 ? fmt::format("u{:04x}", code) : fmt::format("U{:08x}", code);
    }
    at_ += c.length;
  }

  void octal() {
    uint32_t code = 0;
    for (int i = 0; i < 3 && at_ < literal_.size(); ++i, ++at_) {
      const char c = literal_[at_];
      if (c < '0' || c > '7') break;
      code = code * 8 + static_cast<uint32_t>(c - '0');
    }
    encode(code, result_);
  }

  void hexadecimal(size_t digits) {
    uint32_t code = 0;
    ++at_;
    for (size_t i = 0; i < digits; ++i, ++at_) {
      const char c = at_ < literal_.size() ? static_cast<char>(literal_[at_] | 0x20) : '\0';
      if (c >= '0' && c <= '9') {
        code = code * 16 + static_cast<uint32_t>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        code = code * 16 + static_cast<uint32_t>(c - 'a' + 10);
      } else {
        problem("an escape in a string has too few hexadecimal digits");
      }
    }
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
      problem("an escape in a string names no character: U+{:04X}", code);
    }
    encode(code, result_);
  }

  std::string_view literal_;
  size_t at_ = 0;
  std::string result_;
};

}  // namespace

std::string unescape(std::string_view literal) { return Reader(literal).run(); }

}  // namespace braid::jinja
