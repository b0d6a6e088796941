// What an answer is put together from, and how it begins and ends.
#include "data/instructions/characters.h"
#include "data/instructions/check_kinds.h"
#include "data/instructions/kwargs.h"

namespace braid {
namespace {

// Exactly two different pieces around six asterisks, which may stand at the very begin and end too.
bool has_two_responses(std::string_view answer) {
  const auto pieces = split(answer, "******");
  std::vector<std::string_view> responses;
  for (size_t i = 0; i < pieces.size(); ++i) {
    if (!is_blank(pieces[i])) {
      responses.push_back(strip(pieces[i]));
    } else if (i > 0 && i + 1 < pieces.size()) {
      return false;
    }
  }
  return responses.size() == 2 && responses[0] != responses[1];
}

Instruction::Check two_responses(ObjectReader&) { return has_two_responses; }

Instruction::Check repeat_prompt(ObjectReader& kwargs) {
  const std::string prompt = kwargs.require_string("prompt_to_repeat");
  if (is_blank(prompt)) kwargs.error("prompt_to_repeat", "has nothing to repeat");
  return [begin = lowered(strip(prompt))](std::string_view answer) {
    return lowered(strip(answer)).starts_with(begin);
  };
}

// Quotation marks around the answer may follow.
Instruction::Check end_checker(ObjectReader& kwargs) {
  return [end = lowered(read_phrase(kwargs, "end_phrase"))](std::string_view answer) {
    return lowered(strip(strip(answer), "\"")).ends_with(end);
  };
}

bool is_quoted(std::string_view answer) {
  const std::string_view text = strip(answer);
  return text.size() > 1 && text.front() == '"' && text.back() == '"';
}

Instruction::Check quotation(ObjectReader&) { return is_quoted; }

constexpr CheckKind kKinds[] = {{"combination:repeat_prompt", repeat_prompt},
                                {"combination:two_responses", two_responses},
                                {"startend:end_checker", end_checker},
                                {"startend:quotation", quotation}};

}  // namespace

std::span<const CheckKind> combination_checks() { return kKinds; }

}  // namespace braid
