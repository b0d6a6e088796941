// Python's view of characters, on the Unicode tables that templates use.
#include "data/instructions/characters.h"

#include "data/jinja/unicode.h"

namespace braid {
namespace {

// Start of the character that ends at `end`, which is positive.
size_t previous(std::string_view text, size_t end) {
  // A well-formed character has at most four bytes.
  for (size_t back = 1; back <= 4 && back <= end; ++back) {
    if (jinja::decode(text.substr(0, end), end - back).length == back) return end - back;
  }
  return end - 1;
}

bool is_all(std::string_view text, bool (*has_case)(char32_t)) {
  bool found = false;
  for (size_t at = 0; at < text.size();) {
    const jinja::CodePoint c = jinja::decode(text, at);
    if (jinja::is_cased(c.value)) {
      if (!has_case(c.value)) return false;
      found = true;
    }
    at += c.length;
  }
  return found;
}

}  // namespace

bool is_word_character(char32_t c) { return c == '_' || jinja::is_alnum(c); }

bool is_blank(std::string_view text) { return strip(text).empty(); }

std::string_view strip(std::string_view text) {
  while (const size_t length = space_length(text, 0)) text.remove_prefix(length);
  while (!text.empty()) {
    const size_t last = previous(text, text.size());
    if (space_length(text, last) == 0) break;
    text = text.substr(0, last);
  }
  return text;
}

std::string_view strip(std::string_view text, std::string_view stripped) {
  const size_t begin = text.find_first_not_of(stripped);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(stripped) + 1 - begin);
}

std::string lowered(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (size_t at = 0; at < text.size(); at += jinja::decode(text, at).length) {
    jinja::append_lower(text, at, result);
  }
  return result;
}

bool is_all_upper(std::string_view text) { return is_all(text, jinja::is_upper); }
bool is_all_lower(std::string_view text) { return is_all(text, jinja::is_lower); }

size_t space_length(std::string_view text, size_t at) {
  if (at >= text.size()) return 0;
  const jinja::CodePoint c = jinja::decode(text, at);
  return jinja::is_space(c.value) ? c.length : 0;
}

bool is_word_boundary(std::string_view text, size_t at) {
  const auto is_word_at = [&](size_t i) { return is_word_character(jinja::decode(text, i).value); };
  const bool before = at > 0 && is_word_at(previous(text, at));
  const bool after = at < text.size() && is_word_at(at);
  return before != after;
}

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> pieces;
  for (size_t begin = 0;;) {
    const size_t end = text.find(separator, begin);
    pieces.push_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return pieces;
    begin = end + separator.size();
  }
}

size_t count_occurrences(std::string_view text, std::string_view phrase) {
  return split(text, phrase).size() - 1;
}

size_t count_words(std::string_view text) {
  size_t count = 0;
  bool inside = false;
  for (size_t at = 0; at < text.size();) {
    const jinja::CodePoint c = jinja::decode(text, at);
    const bool is_word = is_word_character(c.value);
    count += is_word && !inside;
    inside = is_word;
    at += c.length;
  }
  return count;
}

}  // namespace braid
