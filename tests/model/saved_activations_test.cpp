// The list of kept tensors against what the allocator hands out for a forward.
#include "model/saved_activations.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/model/allocations.h"
#include "tests/model/formula_model.h"

namespace braid {
namespace {

// Two prompts, the first with two branches.
const SegmentLayout kLayout{{{0, 5, -1, 0}, {5, 3, 0, 5}, {8, 4, 0, 5}, {12, 6, -1, 0}}, 18};
const std::vector<int64_t> kPositions = {0, 1, 2, 3, 4, 5, 6, 7, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5};

// Bytes that are still there after the forward, its output not counted.
int64_t measured(const LoadedModel& model, const LoraConfig& lora) {
  const Adapter adapter(model.config, lora, /*seed=*/0, at::kCPU);
  const auto tokens = at::arange(kLayout.tokens) % 40, positions = at::tensor(kPositions);
  const test::Allocations allocations;
  const auto hidden = model.transformer.forward(tokens, positions, kLayout, &adapter);
  return allocations.live() - static_cast<int64_t>(hidden.nbytes());
}

void expect_equal(const Json& config, const std::vector<std::string>& targets,
                  at::ScalarType dtype) {
  const LoadedModel model = test::formula_model(config, 0.25, dtype);
  LoraConfig lora;
  lora.targets = targets;
  lora.rank = 3;
  const auto listed = saved_activations(
      model.config, {match_targets(model.config, targets), lora.rank}, dtype, at::kCPU);
  EXPECT_EQ(saved_bytes(listed, kLayout.tokens, 0), measured(model, lora));
}

TEST(SavedActivations, EveryFamilyAndDtype) {
  for (const char* family :
       {"llama", "mistral", "qwen2", "qwen3", "phi3", "gemma", "gemma2", "gemma3_text"}) {
    for (const auto dtype : {at::kBFloat16, at::kFloat}) {
      SCOPED_TRACE(family + std::string(" ") + c10::toString(dtype));
      expect_equal(test::tiny_config_json(family), {"all-linear"}, dtype);
    }
  }
}

TEST(SavedActivations, NothingInFrontOfTheFirstAdaptedLinear) {
  const Json config = test::tiny_config_json("qwen3");
  const std::vector<std::vector<std::string>> targets = {
      {"q_proj"},
      {"v_proj"},
      {"o_proj"},
      {"gate_proj", "k_proj"},
      {"down_proj"},
      {"layers.1.self_attn.k_proj"},
      {"layers.1.mlp.up_proj"},
  };
  for (const auto& names : targets) {
    SCOPED_TRACE(names.front());
    expect_equal(config, names, at::kBFloat16);
  }
}

}  // namespace
}  // namespace braid
