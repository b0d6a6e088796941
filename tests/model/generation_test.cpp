// Sampling: the choice of one token, and whole continuations of a real model.
#include "model/generation.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/json.h"
#include "base/random.h"
#include "model/model.h"
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
    return error_of([&] { generate(model, nullptr, prompt, {}, config); });
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

TEST(Generate, StopsAtLimitsAndStopTokens) {
  const auto model = tiny_model();
  std::vector<int32_t> seen;
  const auto all =
      generate(model, nullptr, {1, 2}, {}, sampling(1), [&](int32_t id) { seen.push_back(id); });
  EXPECT_EQ(all.size(), 30u);  // a context of 32
  EXPECT_EQ(seen, all);
  auto three = sampling(1);
  three.max_new_tokens = 3;
  const auto begin = generate(model, nullptr, {1, 2}, {}, three);
  EXPECT_EQ(begin, std::vector<int32_t>(all.begin(), all.begin() + 3));
  const auto stopped = generate(model, nullptr, {1, 2}, {all[5]}, sampling(1));
  const auto first = std::find(all.begin(), all.end(), all[5]);
  EXPECT_EQ(stopped, std::vector<int32_t>(all.begin(), first));
}

TEST(Generate, SeedDecides) {
  const auto model = tiny_model();
  auto config = sampling(1);
  const auto first = generate(model, nullptr, {1}, {}, config);
  EXPECT_EQ(generate(model, nullptr, {1}, {}, config), first);
  config.seed = 1;
  EXPECT_NE(generate(model, nullptr, {1}, {}, config), first);
}

TEST(Generate, ContinuesStoriesAsTheReferenceProgram) {
  const auto path = test::shared_path("models/stories260K");
  if (!path) GTEST_SKIP() << "the shared model stories260K is not here";
  const auto model = load_model(*path, at::kFloat, at::kCPU);
  const Json golden = read_json_file(*path / "golden.json");
  for (const auto& one : golden.at("greedy")) {
    const auto expected = one.at("new_ids").get<std::vector<int32_t>>();
    SamplingConfig config;
    config.max_new_tokens = static_cast<int64_t>(expected.size());
    const auto prompt = one.at("prompt_ids").get<std::vector<int32_t>>();
    EXPECT_EQ(generate(model.transformer, nullptr, prompt, {}, config), expected);
  }
}

}  // namespace
}  // namespace braid
