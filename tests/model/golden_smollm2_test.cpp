// SmolLM2-135M-Instruct from its GGUF file against transformers on the same file
// (scripts/golden/smollm2.py).
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "model/generation.h"
#include "tests/model/flat_batch.h"
#include "tests/model/formula_model.h"
#include "tests/model/smollm2.h"

namespace braid {
namespace {

class SmolLm2 : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto path = test::smollm2_path();
    if (!path) GTEST_SKIP() << test::kNoSmolLm2;
    model_.emplace(load_model(*path, at::kFloat, at::kCPU));
    golden_ = read_json_file(test::golden_path("smollm2.json"));
  }

  std::optional<LoadedModel> model_;
  Json golden_;
};

// Both sides compute in float32 from the same de-quantised weights; sums over 1536 terms in 30
// layers differ by some 1e-5.
TEST_F(SmolLm2, GivesTransformersLogProbabilities) {
  ASSERT_EQ(golden_.at("sequences").size(), 4u);
  for (const auto& one : golden_.at("sequences")) {
    const auto actual =
        test::sequence_logprobs(model_->transformer, one.at("tokens").get<test::Tokens>());
    const auto expected = at::tensor(one.at("logprobs").get<std::vector<float>>(), at::kFloat);
    EXPECT_LE((actual - expected).abs().max().item<double>(), 1e-4);
  }
}

TEST_F(SmolLm2, ContinuesAsTransformers) {
  const auto expected = golden_.at("greedy").get<std::vector<int32_t>>();
  SamplingConfig sampling;
  sampling.max_new_tokens = static_cast<int64_t>(expected.size());
  const auto prompt = golden_.at("prompt").get<std::vector<int32_t>>();
  EXPECT_EQ(generate(model_->transformer, nullptr, {prompt}, {}, sampling).at(0).tokens, expected);
}

}  // namespace
}  // namespace braid
