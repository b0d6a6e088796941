// Strict and loose checks.
#include "data/instructions/check.h"

#include <algorithm>

#include "data/instructions/characters.h"

namespace braid {
namespace {

// The loose edits of `answer` but itself, and without those that would only repeat another.
std::vector<std::string> loose_edits(std::string_view answer) {
  const size_t first_end = answer.find('\n');
  const size_t last_begin = answer.rfind('\n');
  std::vector<std::string> edits{std::string(answer)};
  // What has one line has nothing left without it.
  if (first_end != std::string_view::npos) {
    edits.emplace_back(strip(answer.substr(first_end + 1)));
    edits.emplace_back(strip(answer.substr(0, last_begin)));
    if (last_begin > first_end) {
      edits.emplace_back(strip(answer.substr(first_end + 1, last_begin - first_end - 1)));
    }
  }
  for (size_t i = 0, with_asterisks = edits.size(); i < with_asterisks; ++i) {
    if (edits[i].find('*') == std::string::npos) continue;
    std::string plain = edits[i];
    std::erase(plain, '*');
    edits.push_back(std::move(plain));
  }
  edits.erase(edits.begin());
  return edits;
}

}  // namespace

InstructionResult check(std::string_view answer, std::span<const Instruction> instructions) {
  InstructionResult result;
  const std::vector<std::string> edits = loose_edits(answer);
  for (const Instruction& instruction : instructions) {
    const bool strict = instruction.follows(answer);
    result.strict.push_back(strict);
    result.loose.push_back(
        strict || std::any_of(edits.begin(), edits.end(),
                              [&](const std::string& edit) { return instruction.follows(edit); }));
  }
  return result;
}

}  // namespace braid
