// Strict and loose checks, and their averages.
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

double share(size_t part, size_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

size_t count_true(const std::vector<bool>& values) {
  return static_cast<size_t>(std::count(values.begin(), values.end(), true));
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

InstructionScores score(std::span<const InstructionResult> results) {
  size_t instructions = 0, strict = 0, loose = 0, all_strict = 0, all_loose = 0;
  for (const InstructionResult& result : results) {
    const size_t followed_strictly = count_true(result.strict);
    const size_t followed_loosely = count_true(result.loose);
    instructions += result.strict.size();
    strict += followed_strictly;
    loose += followed_loosely;
    all_strict += followed_strictly == result.strict.size();
    all_loose += followed_loosely == result.loose.size();
  }
  return {results.size(),
          instructions,
          share(all_strict, results.size()),
          share(all_loose, results.size()),
          share(strict, instructions),
          share(loose, instructions)};
}

}  // namespace braid
