// Which of its instructions an answer follows, and how many a set of answers does.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "data/instructions/instruction.h"

namespace braid {

// Of one answer; in the order of its instructions.
struct InstructionResult {
  std::vector<bool> strict;  // the answer as it is
  // Any of 8 edits of it: whole, without its first line, without its last one, without both; each
  // with and without asterisks. Models like to begin "Sure, here it is:" and to print in bold.
  std::vector<bool> loose;
};

InstructionResult check(std::string_view answer, std::span<const Instruction> instructions);

// The accuracies of IFEval, in [0, 1].
struct InstructionScores {
  size_t prompts = 0;
  size_t instructions = 0;
  double prompt_strict = 0;  // share of prompts with all instructions followed
  double prompt_loose = 0;
  double instruction_strict = 0;  // share of all instructions of all prompts
  double instruction_loose = 0;
};

// All zero without results.
InstructionScores score(std::span<const InstructionResult> results);

}  // namespace braid
