// stories260K, a small trained Llama: log-probabilities, logits and greedy text against its own
// golden file.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/model/flat_batch.h"
#include "tests/model/formula_model.h"

namespace braid {
namespace {

class Stories : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto path = test::shared_path("models/stories260K");
    if (!path) GTEST_SKIP() << "the shared model stories260K is not here";
    model_.emplace(load_model(*path, at::kFloat, at::kCPU));
    golden_ = read_json_file(*path / "golden.json");
  }

  std::optional<LoadedModel> model_;
  Json golden_;
};

// The golden numbers come from a float64 forward and carry six digits: 1e-5 at a log-probability of
// 10, as does float32.
constexpr double kTolerance = 1e-4;

TEST_F(Stories, LogProbabilities) {
  ASSERT_FALSE(golden_.at("logprobs").empty());
  for (const auto& one : golden_.at("logprobs")) {
    const auto actual =
        test::sequence_logprobs(model_->transformer, one.at("ids").get<test::Tokens>());
    const auto expected = at::tensor(one.at("logprobs").get<std::vector<float>>(), at::kFloat);
    EXPECT_LE((actual - expected).abs().max().item<double>(), kTolerance) << one.at("text");
    EXPECT_NEAR(actual.sum().item<double>(), one.at("sum").get<double>(), 10 * kTolerance);
  }
}

TEST_F(Stories, LastLogits) {
  const auto tokens = golden_.at("logprobs").at(0).at("ids").get<test::Tokens>();
  const auto hidden = test::hidden_states(model_->transformer, {{tokens, {}}});
  const auto logits =
      at::matmul(model_->transformer.head_weight(), hidden.select(0, hidden.size(0) - 1));
  const auto expected = at::tensor(
      golden_.at("logits_first_text_last_position").get<std::vector<float>>(), at::kFloat);
  EXPECT_LE((logits - expected).abs().max().item<double>(), kTolerance);
}

// One pass over prompt and continuation: the likeliest token of every row is the next one.
TEST_F(Stories, GreedyTextInOnePass) {
  ASSERT_FALSE(golden_.at("greedy").empty());
  for (const auto& one : golden_.at("greedy")) {
    auto tokens = one.at("prompt_ids").get<test::Tokens>();
    const auto expected = one.at("new_ids").get<test::Tokens>();
    const auto first = static_cast<int64_t>(tokens.size()) - 1;
    tokens.insert(tokens.end(), expected.begin(), expected.end());
    const auto hidden = test::hidden_states(model_->transformer, {{tokens, {}}});
    const auto logits = at::matmul(hidden, model_->transformer.head_weight().t());
    const auto chosen = logits.argmax(-1).narrow(0, first, static_cast<int64_t>(expected.size()));
    EXPECT_TRUE(at::equal(chosen, at::tensor(expected, at::kLong))) << one.at("text");
  }
}

}  // namespace
}  // namespace braid
