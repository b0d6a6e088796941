// Sampling: the choice of one token, and whole continuations of a real model.
#include "model/generation.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/json.h"
#include "base/random.h"
#include "model/model.h"
#include "tests/model/flat_batch.h"
#include "tests/model/formula_model.h"
#include "tests/model/model_files.h"
#include "tests/support.h"

namespace braid {
namespace {

using test::error_of;
using ::testing::HasSubstr;

SamplingConfig sampling(double temperature, double top_p = 1.0) {
  SamplingConfig config;
  config.temperature = temperature;
  config.top_p = top_p;
  return config;
}

Transformer tiny_model() {
  auto config = test::tiny_config("llama");
  TensorMap weights;
  uint64_t stream = 0;
  for (const auto& [name, shape] : expected_tensors(config)) {
    auto tensor = at::empty(shape, at::kFloat);
    float* data = tensor.mutable_data_ptr<float>();
    ++stream;
    for (int64_t i = 0; i < tensor.numel(); ++i) {
      data[i] = static_cast<float>(random_unit(5, stream, i) - 0.5);
    }
    weights[name] = tensor;
  }
  return Transformer(config, weights);
}

TEST(SampleToken, GreedyTakesTheFirstMaximum) {
  EXPECT_EQ(sample_token({0.0f, 2.0f, 1.0f, 2.0f}, sampling(0), 0.9), 1);
}

TEST(SampleToken, FollowsTheDistribution) {
  const std::vector<float> logits = {0.0f, std::log(2.0f), std::log(5.0f)};  // 1/8, 2/8, 5/8
  EXPECT_EQ(sample_token(logits, sampling(1), 0.12), 0);
  EXPECT_EQ(sample_token(logits, sampling(1), 0.13), 1);
  EXPECT_EQ(sample_token(logits, sampling(1), 0.37), 1);
  EXPECT_EQ(sample_token(logits, sampling(1), 0.38), 2);
  EXPECT_EQ(sample_token(logits, sampling(1), 1 - 0x1p-53), 2);
  // Temperature 1/2 squares the odds: 1, 4, 25 of 30.
  EXPECT_EQ(sample_token(logits, sampling(0.5), 0.034), 1);
  EXPECT_EQ(sample_token(logits, sampling(0.5), 0.17), 2);
}

TEST(SampleToken, TopPKeepsTheSmallestSet) {
  const std::vector<float> logits = {0.0f, std::log(2.0f), std::log(5.0f)};
  for (const double unit : {0.0, 0.3, 0.6, 0.999}) {
    EXPECT_EQ(sample_token(logits, sampling(1, 0.6), unit), 2);   // 5/8 is enough
    EXPECT_NE(sample_token(logits, sampling(1, 0.8), unit), 0);   // 7/8 is enough
    EXPECT_EQ(sample_token(logits, sampling(1, 1e-9), unit), 2);  // never empty
  }
  // The kept two are drawn in proportion: likeliest first, 5/7 and 2/7.
  EXPECT_EQ(sample_token(logits, sampling(1, 0.8), 0.71), 2);
  EXPECT_EQ(sample_token(logits, sampling(1, 0.8), 0.72), 1);
}

TEST(SampleToken, RefusesBadLogits) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinite = std::numeric_limits<float>::infinity();
  EXPECT_THAT(error_of([&] {
                sample_token({0, nan}, sampling(0), 0);
              }),
              HasSubstr("logit of token 1 is nan"));
  EXPECT_THAT(error_of([&] { sample_token({infinite, 0}, sampling(1), 0); }), HasSubstr("inf"));
}

TEST(Generate, RefusesBadInput) {
  const auto model = tiny_model();
  const auto call = [&](const std::vector<int32_t>& prompt, SamplingConfig config) {
    return error_of([&] { generate(model, nullptr, {prompt}, {}, config); });
  };
  EXPECT_THAT(call({}, {}), HasSubstr("no tokens"));
  EXPECT_THAT(call({10}, {}), HasSubstr("vocabulary of 10"));
  EXPECT_THAT(call({-1}, {}), HasSubstr("token id -1"));
  EXPECT_THAT(call(std::vector<int32_t>(32, 1), {}), HasSubstr("no room"));
  EXPECT_THAT(call({1}, sampling(-1)), HasSubstr("temperature"));
  EXPECT_THAT(call({1}, sampling(1, 0)), HasSubstr("top_p"));
  SamplingConfig none;
  none.max_new_tokens = 0;
  EXPECT_THAT(call({1}, none), HasSubstr("max_new_tokens"));
}

std::vector<int32_t> one(const Transformer& model, const std::vector<int32_t>& prompt,
                         const std::vector<int32_t>& stop, const SamplingConfig& config) {
  return generate(model, nullptr, {prompt}, stop, config).at(0).tokens;
}

TEST(Generate, StopsAtLimitsAndStopTokens) {
  const auto model = tiny_model();
  std::vector<int32_t> seen;
  const auto all = generate(model, nullptr, {{1, 2}}, {}, sampling(1), [&](size_t, int32_t id) {
                     seen.push_back(id);
                     return true;
                   }).at(0);
  EXPECT_EQ(all.tokens.size(), 30u);  // a context of 32
  EXPECT_FALSE(all.complete);
  EXPECT_EQ(seen, all.tokens);
  const auto begin_of = [&](auto end) { return std::vector<int32_t>(all.tokens.begin(), end); };
  auto three = sampling(1);
  three.max_new_tokens = 3;
  EXPECT_EQ(one(model, {1, 2}, {}, three), begin_of(all.tokens.begin() + 3));
  const auto stopped = generate(model, nullptr, {{1, 2}}, {all.tokens[5]}, sampling(1)).at(0);
  EXPECT_EQ(stopped.tokens, begin_of(std::ranges::find(all.tokens, all.tokens[5])));
  EXPECT_TRUE(stopped.complete);
  const auto ended =
      generate(model, nullptr, {{1, 2}}, {}, sampling(1), [count = 0](size_t, int32_t) mutable {
        return ++count < 4;
      }).at(0);
  EXPECT_EQ(ended.tokens, begin_of(all.tokens.begin() + 4));
  EXPECT_TRUE(ended.complete);
}

TEST(Generate, SeedDecides) {
  const auto model = tiny_model();
  auto config = sampling(1);
  const auto first = one(model, {1}, {}, config);
  EXPECT_EQ(one(model, {1}, {}, config), first);
  config.seed = 1;
  EXPECT_NE(one(model, {1}, {}, config), first);
}

// Sequences of different lengths that end at different times, against each of them alone. The
// context of 32 tokens is longer than what the cache is made for at first.
TEST(Generate, ManyEqualOneByOne) {
  const auto model = tiny_model();
  const std::vector<std::vector<int32_t>> prompts = {{1, 2, 3, 4, 5}, {7}, {3, 3}, {9, 1, 4}, {2}};
  const std::vector<int32_t> stop = {6};
  const auto together = generate(model, nullptr, prompts, stop, sampling(0));
  ASSERT_EQ(together.size(), prompts.size());
  for (size_t i = 0; i < prompts.size(); ++i) {
    EXPECT_EQ(together[i].tokens, one(model, prompts[i], stop, sampling(0))) << i;
  }
  EXPECT_TRUE(generate(model, nullptr, {}, stop, sampling(0)).empty());
}

// Across the length at which longrope rotates all keys anew, which the sequences reach at different
// steps and some never.
TEST(Generate, ManyEqualOneByOneAcrossTheLongRope) {
  auto json = test::tiny_config_json("phi3");
  json["original_max_position_embeddings"] = 14;
  const auto model = test::formula_model(json, 0.5);
  const std::vector<std::vector<int32_t>> prompts = {
      {1, 2, 3, 4, 5}, {7}, {3, 3, 9, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29}, {9, 1, 4}};
  auto config = sampling(0);
  config.max_new_tokens = 12;
  const auto together = generate(model.transformer, nullptr, prompts, {}, config);
  for (size_t i = 0; i < prompts.size(); ++i) {
    // Each token from a whole forward pass.
    test::Tokens tokens(prompts[i].begin(), prompts[i].end());
    for (const int32_t token : together[i].tokens) {
      const at::NoGradGuard no_grad;
      const auto hidden = test::hidden_states(model.transformer, {{tokens, {}}});
      EXPECT_EQ(token, model.transformer.logits(hidden)[-1].argmax().item<int64_t>())
          << i << " " << tokens.size();
      tokens.push_back(token);
    }
    EXPECT_EQ(together[i].tokens.size(), 12u);
  }
}

TEST(Generate, ContinuesStoriesAsTheReferenceProgram) {
  const auto path = test::shared_path("models/stories260K");
  if (!path) GTEST_SKIP() << "the shared model stories260K is not here";
  const auto model = load_model(*path, at::kFloat, at::kCPU);
  const Json golden = read_json_file(*path / "golden.json");
  for (const auto& story : golden.at("greedy")) {
    const auto expected = story.at("new_ids").get<std::vector<int32_t>>();
    SamplingConfig config;
    config.max_new_tokens = static_cast<int64_t>(expected.size());
    const auto prompt = story.at("prompt_ids").get<std::vector<int32_t>>();
    EXPECT_EQ(one(model.transformer, prompt, {}, config), expected);
  }
}

}  // namespace
}  // namespace braid
