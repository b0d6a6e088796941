// Words and letters that an answer must or must not have. Case never matters.
#include <algorithm>

#include "data/instructions/characters.h"
#include "data/instructions/check_kinds.h"
#include "data/instructions/kwargs.h"
#include "data/jinja/unicode.h"

namespace braid {
namespace {

std::vector<std::string> lowered_phrases(ObjectReader& kwargs, const std::string& key) {
  std::vector<std::string> phrases = read_phrases(kwargs, key);
  for (std::string& phrase : phrases) phrase = lowered(phrase);
  return phrases;
}

// `word` with a boundary at both ends.
bool contains_word(std::string_view text, std::string_view word) {
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    if (is_word_boundary(text, at) && is_word_boundary(text, at + word.size())) return true;
  }
  return false;
}

Instruction::Check existence(ObjectReader& kwargs) {
  return [keywords = lowered_phrases(kwargs, "keywords")](std::string_view answer) {
    const std::string text = lowered(answer);
    return std::all_of(keywords.begin(), keywords.end(), [&](const std::string& keyword) {
      return text.find(keyword) != std::string::npos;
    });
  };
}

Instruction::Check frequency(ObjectReader& kwargs) {
  const Threshold wanted = read_threshold(kwargs, "frequency", "relation");
  return [wanted, keyword = lowered(read_phrase(kwargs, "keyword"))](std::string_view answer) {
    return wanted.holds(count_occurrences(lowered(answer), keyword));
  };
}

Instruction::Check forbidden_words(ObjectReader& kwargs) {
  return [words = lowered_phrases(kwargs, "forbidden_words")](std::string_view answer) {
    const std::string text = lowered(answer);
    return std::none_of(words.begin(), words.end(),
                        [&](const std::string& word) { return contains_word(text, word); });
  };
}

Instruction::Check letter_frequency(ObjectReader& kwargs) {
  const Threshold wanted = read_threshold(kwargs, "let_frequency", "let_relation");
  const std::string letter = read_phrase(kwargs, "letter");
  if (jinja::count_code_points(letter) != 1) {
    kwargs.error("letter", "expected one character");
  }
  return [wanted, letter = lowered(letter)](std::string_view answer) {
    return wanted.holds(count_occurrences(lowered(answer), letter));
  };
}

constexpr CheckKind kKinds[] = {{"keywords:existence", existence},
                                {"keywords:forbidden_words", forbidden_words},
                                {"keywords:frequency", frequency},
                                {"keywords:letter_frequency", letter_frequency}};

}  // namespace

std::span<const CheckKind> keyword_checks() { return kKinds; }

}  // namespace braid
