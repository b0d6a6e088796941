// What the tests of instructions share.
#pragma once

#include <string>

#include "data/instructions/check.h"

namespace braid::test {

// The instruction of `id` with kwargs written as JSON.
inline Instruction made(const std::string& id, const std::string& kwargs = "{}") {
  return make_instruction(id, parse_json(kwargs, "kwargs"), "test");
}

}  // namespace braid::test
