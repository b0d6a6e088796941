#include "data/tasks/kinds/winobias_line.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "data/feedback/conversation.h"
#include "data/tasks/kinds/words.h"

namespace braid {
namespace {

// The text in the n-th pair of brackets.
std::string bracketed(std::string_view line, size_t n) {
  size_t begin = 0;
  for (size_t i = 0; i <= n; ++i) {
    begin = line.find('[', begin);
    if (begin == std::string_view::npos) return "";
    ++begin;
  }
  const size_t end = line.find(']', begin);
  if (end == std::string_view::npos) return "";
  return std::string(trimmed(line.substr(begin, end - begin)));
}

bool is_pronoun(const std::string& word) {
  static const std::vector<std::string> kPronouns = {"he", "she", "him", "her", "his", "hers"};
  return std::ranges::find(kPronouns, lower_ascii(word)) != kPronouns.end();
}

std::string article_of(const std::string& entity) {
  for (const char* article : {"the ", "a ", "an "}) {
    const size_t length = std::string_view(article).size();
    if (lower_ascii(entity).starts_with(article)) return entity.substr(0, length - 1);
  }
  return "";
}

std::string plain_sentence(std::string_view line) {
  const size_t begin = std::min(line.find_first_not_of("0123456789 "), line.size());
  std::string text;
  for (const char c : line.substr(begin)) {
    if (c != '[' && c != ']') text += c;
  }
  text = trimmed(text);
  if (text.ends_with(" .")) text.erase(text.size() - 2, 1);
  return text;
}

}  // namespace

WinobiasLine parse_winobias_line(std::string_view line, const std::string& field) {
  std::string entity = bracketed(line, 0), pronoun = bracketed(line, 1);
  if (entity.empty() || pronoun.empty()) {
    fail("{}: expected [entity] and [pronoun] in brackets", field);
  }
  if (is_pronoun(entity)) std::swap(entity, pronoun);
  WinobiasLine result;
  result.number = line.substr(0, line.find(' '));
  result.sentence = plain_sentence(line);
  result.article = article_of(entity);
  result.occupation = result.article.empty() ? entity : entity.substr(result.article.size() + 1);
  result.pronoun = pronoun;
  return result;
}

}  // namespace braid
