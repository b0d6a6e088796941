// Oniguruma (Ruby syntax, UTF-8) to PCRE2 (UTF, UCP).
#include "data/text/regex_dialect.h"

#include <cctype>

#include "base/error.h"

namespace braid {
namespace {

class Translator {
 public:
  Translator(std::string_view pattern, const std::string& where)
      : pattern_(pattern), where_(where) {}

  std::string run() {
    while (at_ < pattern_.size()) step();
    return result_;
  }

 private:
  bool follows(std::string_view text) const { return pattern_.substr(at_).starts_with(text); }

  void copy(size_t count) {
    result_ += pattern_.substr(at_, count);
    at_ += count;
  }

  [[noreturn]] void refuse(size_t length) const {
    fail("{}: the construct {} of the split pattern {} is not supported", where_,
         quote(pattern_.substr(at_, length)), quote(pattern_));
  }

  void step() {
    if (pattern_[at_] == '\\') {
      escape();
    } else if (in_class_) {
      class_member();
    } else {
      outside_class();
    }
  }

  void escape() {
    const char next = at_ + 1 < pattern_.size() ? pattern_[at_ + 1] : '\0';
    if (next == 's' || next == 'S') {
      // PCRE2's \s has U+180E besides the characters with Unicode's White_Space property.
      result_ += next == 's' ? "\\p{White_Space}" : "\\P{White_Space}";
      at_ += 2;
    } else if (next == 'p' || next == 'P' || next == 'x') {
      const bool braced = pattern_.substr(at_ + 2).starts_with('{');
      const size_t end = braced ? pattern_.find('}', at_) : at_ + 1;
      if (end == std::string_view::npos) refuse(3);
      copy(end + 1 - at_);
    } else if (std::string_view("rntfdD").find(next) != std::string_view::npos ||
               std::ispunct(static_cast<unsigned char>(next))) {
      copy(2);
    } else {
      refuse(2);
    }
  }

  // Oniguruma nests classes and has an intersection operator; PCRE2 reads both as plain members.
  void class_member() {
    if (pattern_[at_] == '[') refuse(1);
    if (follows("&&")) refuse(2);
    in_class_ = pattern_[at_] != ']';
    copy(1);
  }

  void outside_class() {
    const char c = pattern_[at_];
    if (c == '^' || c == '$') refuse(1);            // line anchors there
    if (follows("(*")) refuse(2);                   // PCRE2's verbs
    if (follows("{,") || follows("}+")) refuse(2);  // other repetition there
    if (follows("(?")) return group();
    in_class_ = c == '[';
    copy(in_class_ && follows("[^") ? 2 : 1);
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
  bool in_class_ = false;
};

}  // namespace

std::string to_pcre2(std::string_view pattern, const std::string& where) {
  return Translator(pattern, where).run();
}

}  // namespace braid
