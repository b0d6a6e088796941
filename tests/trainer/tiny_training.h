// A tiny model, adapter and pairs in memory for tests of training steps.
#pragma once

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <string>
#include <vector>

#include "data/batches/group_store.h"
#include "tests/model/formula_model.h"
#include "trainer/step.h"

namespace braid::test {

inline GroupTokens pair_group(std::vector<int32_t> prompt, std::vector<int32_t> chosen,
                              std::vector<int32_t> rejected) {
  GroupTokens group;
  group.prompt = std::move(prompt);
  group.branches = {std::move(chosen), std::move(rejected)};
  return group;
}

inline GroupTokens demonstration_group(std::vector<int32_t> prompt, std::vector<int32_t> answer) {
  GroupTokens group;
  group.prompt = std::move(prompt);
  group.branches = {std::move(answer)};
  return group;
}

// Pairs and every fifth a demonstration, of many lengths.
inline std::vector<GroupTokens> mixed_groups(int64_t count) {
  const auto ids = [](const std::string& name, int64_t length) {
    std::vector<int32_t> result;
    for (int64_t i = 0; i < length; ++i) {
      result.push_back(static_cast<int32_t>(formula_byte(fnv1a64(name), i) % 40));
    }
    return result;
  };
  std::vector<GroupTokens> groups;
  for (int64_t i = 0; i < count; ++i) {
    const std::string name = std::to_string(i);
    auto prompt = ids("p" + name, 1 + i % 7), chosen = ids("c" + name, 1 + i % 5);
    groups.push_back(i % 5 == 4 ? demonstration_group(prompt, chosen)
                                : pair_group(prompt, chosen, ids("r" + name, 1 + i % 3)));
  }
  return groups;
}

inline at::Tensor mean_head(const Transformer& model) {
  return model.head_weight().mean(0, false, at::kFloat).to(model.dtype());
}

}  // namespace braid::test
