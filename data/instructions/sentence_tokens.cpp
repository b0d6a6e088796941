// A scan for Punkt's words.
#include "data/instructions/sentence_tokens.h"

#include <algorithm>

#include "data/instructions/characters.h"
#include "data/jinja/unicode.h"

namespace braid {
namespace {

constexpr std::string_view kMarksAfterWord = "?!)\";}]*:@'({[";
constexpr std::string_view kNeverFirst = "(\"`{[:;&#*@)}]-,";

bool stands_at(std::string_view text, size_t at, std::string_view what) {
  return text.substr(at).starts_with(what);
}

// White space, the end, a mark, a dash or an ellipsis.
bool is_cut(std::string_view text, size_t at) {
  return at >= text.size() || space_length(text, at) > 0 || is_mark_after_word(text[at]) ||
         stands_at(text, at, "--") || stands_at(text, at, "..");
}

size_t token_end(std::string_view text, size_t begin) {
  for (const char mark : {'-', '.'}) {
    const size_t run = std::min(text.find_first_not_of(mark, begin), text.size()) - begin;
    if (run > 1) return begin + run;
  }
  size_t at = begin + jinja::decode(text, begin).length;
  if (kNeverFirst.find(text[begin]) != std::string_view::npos) return at;
  while (!is_cut(text, at) && !(text[at] == ',' && is_cut(text, at + 1))) {
    at += jinja::decode(text, at).length;
  }
  return at;
}

}  // namespace

bool is_mark_after_word(char c) { return kMarksAfterWord.find(c) != std::string_view::npos; }

std::vector<std::string_view> sentence_tokens(std::string_view text) {
  std::vector<std::string_view> tokens;
  for (size_t at = 0; at < text.size();) {
    if (const size_t length = space_length(text, at)) {
      at += length;
      continue;
    }
    const size_t end = token_end(text, at);
    tokens.push_back(text.substr(at, end - at));
    at = end;
  }
  return tokens;
}

}  // namespace braid
