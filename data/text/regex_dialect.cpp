// Oniguruma (Ruby syntax, UTF-8) to PCRE2 (UTF, UCP).
#include "data/text/regex_dialect.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "data/text/unicode_additions.h"

namespace braid {
namespace {

constexpr std::string_view kHexMembers = "0-9A-Fa-f";

std::string members(std::span<const CodeRange> ranges) {
  std::string text;
  for (const auto& [first, last] : ranges) {
    text += fmt::format("\\x{{{:x}}}-\\x{{{:x}}}", first, last);
  }
  return text;
}

// PCRE2's \w has all numbers and lacks marks and connectors other than the underscore. Oniguruma's
// has a few numbers below U+0100.
const std::string& word_members() {
  static const std::string text =
      R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\xb2\xb3\xb9\xbc-\xbe)" + members(newer_word_characters());
  return text;
}

class Translator {
 public:
  Translator(std::string_view pattern, const std::string& where)
      : pattern_(pattern), where_(where) {}

  std::string run() {
    while (at_ < pattern_.size()) step();
    if (class_depth_ > 0) fail("{}: the pattern {} ends inside a class", where_, quote(pattern_));
    return result_;
  }

 private:
  bool follows(std::string_view text) const { return pattern_.substr(at_).starts_with(text); }

  void copy(size_t count) {
    result_ += pattern_.substr(at_, count);
    at_ += count;
  }

  void replace(size_t count, std::string_view text) {
    result_ += text;
    at_ += count;
  }

  [[noreturn]] void refuse(size_t length) const {
    fail("{}: the construct {} of the pattern {} is not supported", where_,
         quote(pattern_.substr(at_, length)), quote(pattern_));
  }

  void step() {
    if (pattern_[at_] == '\\') {
      escape();
    } else if (class_depth_ > 0) {
      class_member();
    } else {
      outside_class();
    }
  }

  void escape() {
    const char next = at_ + 1 < pattern_.size() ? pattern_[at_ + 1] : '\0';
    switch (next) {
      case 's':
      case 'S':
        // PCRE2's \s has U+180E besides the characters with Unicode's White_Space property.
        return replace(2, next == 's' ? "\\p{White_Space}" : "\\P{White_Space}");
      case 'w':
      case 'W':
        return class_escape(next == 'W', word_members());
      case 'h':
      case 'H':
        return class_escape(next == 'H', kHexMembers);
      case 'b':
      case 'B':
        return word_boundary(next == 'B');
      case 'd':
      case 'D':
        return category(2, "Nd", next == 'D');
      case 'p':
      case 'P':
        return property();
      case 'x':
        return copy(braced_length());
      case 'u':
        return code_point();
      default:
        if (std::string_view("rntf").find(next) == std::string_view::npos &&
            !std::ispunct(static_cast<unsigned char>(next))) {
          refuse(2);
        }
        copy(2);
    }
  }

  void class_escape(bool negated, std::string_view members) {
    if (class_depth_ > 0 && negated) refuse(2);
    const std::string set = fmt::format("[{}{}]", negated ? "^" : "", members);
    replace(2, class_depth_ > 0 ? members : std::string_view(set));
  }

  void word_boundary(bool negated) {
    if (class_depth_ > 0) refuse(2);  // a backspace there
    const std::string word = fmt::format("[{}]", word_members());
    const std::string boundary = fmt::format("(?<={0})(?!{0})|(?<!{0})(?={0})", word);
    replace(2, fmt::format("(?{}{})", negated ? "!" : ":", boundary));
  }

  // Of \p{...}, \pX, \x{...} or the start of \xHH.
  size_t braced_length() const {
    if (!pattern_.substr(at_ + 2).starts_with('{'))
      return std::min<size_t>(2, pattern_.size() - at_);
    const size_t end = pattern_.find('}', at_);
    if (end == std::string_view::npos) refuse(3);
    return end + 1 - at_;
  }

  void property() {
    const size_t length = braced_length();
    if (length == 2) return copy(2);
    const std::string_view name = pattern_.substr(at_ + 3, length - 4);
    name.size() > 2 ? copy(length) : category(length, name, pattern_[at_ + 1] == 'P');
  }

  // A general category, with the characters that PCRE2 may be too old for.
  void category(size_t length, std::string_view name, bool negated) {
    const std::string known = fmt::format("\\{}{{{}}}", negated ? 'P' : 'p', name);
    const std::string newer = members(newer_characters(name));
    if (newer.empty() || (class_depth_ > 0 && negated)) return replace(length, known);
    if (class_depth_ > 0) return replace(length, known + newer);
    replace(length, fmt::format("[{}\\p{{{}}}{}]", negated ? "^" : "", name, newer));
  }

  void code_point() {
    const std::string_view digits = pattern_.substr(at_ + 2).substr(0, 4);
    const auto is_hex = [](unsigned char c) { return std::isxdigit(c) != 0; };
    if (digits.size() < 4 || !std::all_of(digits.begin(), digits.end(), is_hex)) refuse(2);
    replace(6, fmt::format("\\x{{{}}}", digits));
  }

  // Oniguruma nests classes and has an intersection operator; PCRE2 reads both as plain members.
  // The members of an inner class are members of the outer one.
  void class_member() {
    if (follows("&&") || follows("[^") || follows("[:")) refuse(2);
    if (follows("[")) {
      ++class_depth_;
      if (class_depth_ > 100) refuse(1);
      return replace(1, "");
    }
    if (follows("]")) {
      --class_depth_;
      return replace(1, class_depth_ == 0 ? "]" : "");
    }
    copy(1);
  }

  void outside_class() {
    const char c = pattern_[at_];
    if (c == '^') return replace(1, "(?m:^)");
    if (c == '$') return replace(1, "(?m:$)");
    if (follows("(*")) refuse(2);                   // PCRE2's verbs
    if (follows("{,") || follows("}+")) refuse(2);  // other repetition there
    if (follows("(?")) return group();
    if (c != '[') return copy(1);
    class_depth_ = 1;
    copy(follows("[^") ? 2 : 1);
    if (follows("]")) refuse(1);  // a member there and here, with a warning there
  }

  void group() {
    for (const std::string_view known : {"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:"}) {
      if (follows(known)) return copy(known.size());
    }
    refuse(4);
  }

  std::string_view pattern_;
  const std::string& where_;
  std::string result_;
  size_t at_ = 0;
  int class_depth_ = 0;
};

}  // namespace

std::string to_pcre2(std::string_view pattern, const std::string& where) {
  return Translator(pattern, where).run();
}

}  // namespace braid
