// Which of its instructions an answer follows.
#pragma once

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

}  // namespace braid
