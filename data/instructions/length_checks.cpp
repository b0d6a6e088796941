// How many words, sentences and paragraphs.
#include <algorithm>

#include "data/instructions/characters.h"
#include "data/instructions/check_kinds.h"
#include "data/instructions/kwargs.h"
#include "data/instructions/sentences.h"
#include "data/jinja/unicode.h"

namespace braid {
namespace {

constexpr const char* kDivider = "***";  // the markdown rule

Instruction::Check number_words(ObjectReader& kwargs) {
  return [wanted = read_threshold(kwargs, "num_words", "relation")](std::string_view answer) {
    return wanted.holds(count_words(answer));
  };
}

Instruction::Check number_sentences(ObjectReader& kwargs) {
  return [wanted = read_threshold(kwargs, "num_sentences", "relation")](std::string_view answer) {
    return wanted.holds(count_sentences(answer));
  };
}

// Exactly so many pieces between dividers. A divider may stand at the very begin and end; two with
// nothing between them are wrong.
Instruction::Check number_paragraphs(ObjectReader& kwargs) {
  return [wanted = read_count(kwargs, "num_paragraphs")](std::string_view answer) {
    const auto pieces = split(answer, kDivider);
    size_t paragraphs = pieces.size();
    for (size_t i = 0; i < pieces.size(); ++i) {
      if (!is_blank(pieces[i])) continue;
      if (i > 0 && i + 1 < pieces.size()) return false;
      --paragraphs;
    }
    return paragraphs == wanted;
  };
}

// The first word of a paragraph in lower case, without quotes before it and from the first
// punctuation on.
std::string first_word_of(std::string_view paragraph) {
  size_t end = 0;
  while (end < paragraph.size() && space_length(paragraph, end) == 0) {
    end += jinja::decode(paragraph, end).length;
  }
  std::string_view word = paragraph.substr(0, end);
  for (const char quote : {'\'', '"'}) {
    word.remove_prefix(std::min(word.find_first_not_of(quote), word.size()));
  }
  return lowered(word.substr(0, word.find_first_of(".,?!'\"")));
}

// Paragraphs are separated by an empty line here. The place counts all pieces, the number only
// those that are not blank, as in the official checker: they differ after three empty lines.
Instruction::Check nth_paragraph_first_word(ObjectReader& kwargs) {
  const size_t wanted = read_count(kwargs, "num_paragraphs", 1);
  const size_t place = read_count(kwargs, "nth_paragraph", 1);
  if (place > wanted) kwargs.error("nth_paragraph", "is beyond num_paragraphs");
  return
      [wanted, place, first = lowered(read_phrase(kwargs, "first_word"))](std::string_view answer) {
        const auto pieces = split(answer, "\n\n");
        size_t paragraphs = 0;
        for (const std::string_view piece : pieces) paragraphs += !is_blank(piece);
        return paragraphs == wanted && first_word_of(strip(pieces[place - 1])) == first;
      };
}

constexpr CheckKind kKinds[] = {
    {"length_constraints:nth_paragraph_first_word", nth_paragraph_first_word},
    {"length_constraints:number_paragraphs", number_paragraphs},
    {"length_constraints:number_sentences", number_sentences},
    {"length_constraints:number_words", number_words}};

}  // namespace

std::span<const CheckKind> length_checks() { return kKinds; }

}  // namespace braid
