// The types of instructions, by family.
#pragma once

#include <span>
#include <string_view>

#include "base/json.h"
#include "data/instructions/instruction.h"

namespace braid {

struct CheckKind {
  std::string_view id;
  // Reads every member that the id has. What it returns gets answers that are not blank.
  Instruction::Check (*make)(ObjectReader& kwargs);
};

std::span<const CheckKind> keyword_checks();
std::span<const CheckKind> language_checks();
std::span<const CheckKind> length_checks();
std::span<const CheckKind> content_checks();
std::span<const CheckKind> format_checks();
std::span<const CheckKind> combination_checks();  // and how answers begin and end
std::span<const CheckKind> letter_case_checks();  // and punctuation

}  // namespace braid
