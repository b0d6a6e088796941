// Capitals, small letters, and commas.
#include "data/instructions/capital_words.h"
#include "data/instructions/characters.h"
#include "data/instructions/check_kinds.h"
#include "data/instructions/kwargs.h"
#include "data/instructions/language.h"

namespace braid {
namespace {

Instruction::Check english_capital(ObjectReader&) {
  return [](std::string_view answer) {
    return is_all_upper(answer) && identify_language(answer) == "en";
  };
}

Instruction::Check english_lowercase(ObjectReader&) {
  return [](std::string_view answer) {
    return is_all_lower(answer) && identify_language(answer) == "en";
  };
}

Instruction::Check capital_word_frequency(ObjectReader& kwargs) {
  const Threshold wanted = read_threshold(kwargs, "capital_frequency", "capital_relation");
  return [wanted](std::string_view answer) { return wanted.holds(count_capital_words(answer)); };
}

Instruction::Check no_comma(ObjectReader&) {
  return [](std::string_view answer) { return answer.find(',') == std::string_view::npos; };
}

constexpr CheckKind kKinds[] = {{"change_case:capital_word_frequency", capital_word_frequency},
                                {"change_case:english_capital", english_capital},
                                {"change_case:english_lowercase", english_lowercase},
                                {"punctuation:no_comma", no_comma}};

}  // namespace

std::span<const CheckKind> letter_case_checks() { return kKinds; }

}  // namespace braid
