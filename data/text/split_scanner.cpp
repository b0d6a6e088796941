// Words of the common split patterns. A character is a letter, a number, white space or something
// else; the patterns are built from runs of these.
#include "data/text/split_scanner.h"

#include <algorithm>

#include "data/text/pre_tokenizer.h"

namespace braid {

const std::string_view kGpt2Pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
const std::string_view kLlama3Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
    R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";
const std::string_view kQwen2Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
    R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";

namespace {

using Char = CharClasses::Char;

constexpr uint8_t kKinds = CharClasses::kLetter | CharClasses::kNumber | CharClasses::kSpace;
constexpr uint8_t kOther = 0;

bool is_line_break(char c) { return c == '\r' || c == '\n'; }

// Length of the contraction behind the apostrophe at `at`, with it; 0 when there is none.
size_t contraction(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(at + 1);
  for (const std::string_view ending : {"s", "t", "re", "ve", "m", "ll", "d"}) {
    if (rest.starts_with(ending)) return 1 + ending.size();
  }
  return 0;
}

size_t contraction_of_any_case(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(at + 1);
  constexpr std::string_view kLongS = "\u017f";  // folds to s
  if (rest.starts_with(kLongS)) return 1 + kLongS.size();
  std::string lower(rest.substr(0, 2));
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return contraction("'" + lower, 0);
}

// The end of the run of characters of one kind that goes on at `at`.
size_t end_of_run(const CharClasses& classes, std::string_view text, size_t at, uint8_t kind) {
  while (at < text.size()) {
    const Char next = classes.at(text, at);
    if ((next.classes & kKinds) != kind) break;
    at += next.length;
  }
  return at;
}

}  // namespace

std::optional<SplitScanner> SplitScanner::for_pattern(std::string_view pattern) {
  if (pattern == kGpt2Pattern) return SplitScanner(0);
  if (pattern == kLlama3Pattern) return SplitScanner(3);
  if (pattern == kQwen2Pattern) return SplitScanner(1);
  return std::nullopt;
}

// \s*[\r\n]+ (with `breaks_lines`), else \s+(?!\S), else \s+: the run up to its last line break, or
// without its last character, which may begin the next word.
size_t SplitScanner::end_of_space(std::string_view text, size_t at, bool breaks_lines) const {
  size_t end = at, last = at, behind_break = 0;
  while (end < text.size()) {
    const Char next = classes_->at(text, end);
    if ((next.classes & CharClasses::kSpace) == 0) break;
    if (is_line_break(text[end])) behind_break = end + 1;
    last = end;
    end += next.length;
  }
  if (breaks_lines && behind_break > 0) return behind_break;
  return end == text.size() || last == at ? end : last;
}

size_t SplitScanner::gpt2_word(std::string_view text, size_t at) const {
  if (text[at] == '\'') {
    if (const size_t length = contraction(text, at); length > 0) return at + length;
  }
  const size_t begin = text[at] == ' ' && at + 1 < text.size() ? at + 1 : at;
  const Char first = classes_->at(text, begin);
  const uint8_t kind = first.classes & kKinds;
  if (kind == CharClasses::kSpace) return end_of_space(text, at, false);
  return end_of_run(*classes_, text, begin + first.length, kind);
}

size_t SplitScanner::llama3_word(std::string_view text, size_t at) const {
  if (text[at] == '\'') {
    if (const size_t length = contraction_of_any_case(text, at); length > 0) return at + length;
  }
  const Char first = classes_->at(text, at);
  const size_t behind = at + first.length;
  const uint8_t kind = first.classes & kKinds;
  if (kind == CharClasses::kLetter) return end_of_run(*classes_, text, behind, kind);
  if (kind == CharClasses::kNumber) {
    size_t end = behind;
    for (int count = 1; count < digits_ && end < text.size(); ++count) {
      const Char next = classes_->at(text, end);
      if ((next.classes & kKinds) != kind) break;
      end += next.length;
    }
    return end;
  }
  const uint8_t next_kind = behind < text.size() ? classes_->at(text, behind).classes & kKinds
                                                 : uint8_t{CharClasses::kSpace};
  if (next_kind == CharClasses::kLetter && !is_line_break(text[at])) {
    return end_of_run(*classes_, text, behind, next_kind);
  }
  if (kind == kOther || (text[at] == ' ' && next_kind == kOther)) {
    size_t end = end_of_run(*classes_, text, behind, kOther);
    while (end < text.size() && is_line_break(text[end])) ++end;
    return end;
  }
  return end_of_space(text, at, true);
}

}  // namespace braid
