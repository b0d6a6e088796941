// A verifiable instruction of IFEval (Zhou et al. 2023, arXiv 2311.07911): something about the form
// of an answer that a program can check. docs/instructions.md lists them and where they differ from
// the official checker.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace braid {

class Instruction {
 public:
  using Check = std::function<bool(std::string_view answer)>;

  Instruction(std::string id, Check check);

  const std::string& id() const { return id_; }  // "keywords:existence"

  // Whether `answer` follows, read literally. Nothing but whitespace never does. Bytes that are not
  // UTF-8 count as one U+FFFD each. Time is linear in the answer; safe from several threads.
  bool follows(std::string_view answer) const;

 private:
  std::string id_;
  Check check_;
};

// `kwargs` is an object; null members count as absent. Error, beginning with `where` and the id,
// for an unknown id and for members that are missing, unknown, or not what the id asks for.
Instruction make_instruction(const std::string& id, const Json& kwargs, const std::string& where);

// All instructions of one row of the data: "instruction_id_list", and "kwargs" of the same length.
// Errors as above.
std::vector<Instruction> read_instructions(const Json& row, const std::string& where);

// Every id there is, sorted.
std::vector<std::string> instruction_ids();

}  // namespace braid
