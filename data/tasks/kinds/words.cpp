#include "data/tasks/kinds/words.h"

namespace braid {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

}  // namespace

std::string lower_ascii(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = lower(c);
  return result;
}

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  return text;
}

size_t find_word(std::string_view text, std::string_view word) {
  const std::string haystack = lower_ascii(text), needle = lower_ascii(word);
  for (size_t at = haystack.find(needle); at != std::string::npos;
       at = haystack.find(needle, at + 1)) {
    const size_t end = at + needle.size();
    const bool begins = at == 0 || !is_letter(haystack[at - 1]);
    const bool ends = end == haystack.size() || !is_letter(haystack[end]);
    if (begins && ends) return at;
  }
  return std::string::npos;
}

std::string first_word_of(std::string_view text, const std::vector<std::string>& words) {
  std::string first;
  size_t where = std::string::npos;
  for (const std::string& word : words) {
    const size_t at = find_word(text, word);
    if (at < where) {
      where = at;
      first = word;
    }
  }
  return first;
}

}  // namespace braid
