// What the trainer's tests share: a tiny adapter and groups of token ids.
#pragma once

#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "data/batches/group_store.h"
#include "model/lora.h"
#include "tests/model/model_files.h"
#include "tests/support.h"

namespace braid::test {

inline LoraConfig tiny_lora() {
  LoraConfig lora;
  lora.targets = {"q_proj"};
  lora.rank = 2;
  lora.alpha = 4;
  return lora;
}

// Two modules with A [2, 8] and B [8, 2]: 64 parameters, 16 per tensor.
inline Adapter tiny_adapter(uint64_t seed = 1) {
  return Adapter(tiny_config("llama"), tiny_lora(), seed, at::kCPU);
}

inline std::vector<GroupTokens> tiny_pairs(int count, int32_t vocab) {
  std::vector<GroupTokens> groups;
  for (int32_t i = 0; i < count; ++i) {
    GroupTokens group;
    group.prompt = {1, (3 * i + 2) % vocab};
    group.branches = {{(i + 5) % vocab, 2}, {(7 * i + 1) % vocab, (i + 3) % vocab, 2}};
    group.where = {"pairs.jsonl", i + 1};
    groups.push_back(group);
  }
  return groups;
}

inline void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace braid::test
