// Log-probabilities and greedy text of tiny models against transformers
// (scripts/golden/families.py): every family, rope type and switch, in both spellings of
// config.json.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "model/generation.h"
#include "tests/model/flat_batch.h"
#include "tests/model/formula_model.h"

namespace braid {
namespace {

// Log-probabilities are of order 1 to 10; two float32 programs differ by some 1e-6 of that. A wrong
// mask, table or bias moves them by 0.1 and more.
constexpr double kTolerance = 1e-4;

class GoldenFamilies : public ::testing::Test {
 protected:
  const Json cases_ = read_json_file(test::golden_path("families.json"));
};

LoadedModel model_of(const Json& one, const std::string& config = "config") {
  return test::formula_model(one.at(config), one.at("scale").get<double>());
}

TEST_F(GoldenFamilies, GivesTransformersLogProbabilities) {
  ASSERT_EQ(cases_.size(), 34u);
  for (const auto& one : cases_) {
    // Every case as it is written by hand and as transformers 5 saves it again.
    for (const std::string config : {"config", "saved"}) {
      const auto model = model_of(one, config);
      const auto tokens = one.at("tokens").get<test::Tokens>();
      const auto actual = test::sequence_logprobs(model.transformer, tokens);
      const auto expected = at::tensor(one.at("logprobs").get<std::vector<float>>(), at::kFloat);
      EXPECT_LE((actual - expected).abs().max().item<double>(), kTolerance)
          << one.at("name") << " " << config;
    }
  }
}

// The generator of the file made sure that no two tokens come near each other.
TEST_F(GoldenFamilies, ContinuesAsTransformers) {
  for (const auto& one : cases_) {
    const auto model = model_of(one);
    const auto tokens = one.at("tokens").get<std::vector<int32_t>>();
    const auto expected = one.at("greedy").get<std::vector<int32_t>>();
    SamplingConfig sampling;
    sampling.max_new_tokens = static_cast<int64_t>(expected.size());
    const std::vector<int32_t> prompt(tokens.begin(), tokens.begin() + 3);
    EXPECT_EQ(generate(model.transformer, nullptr, {prompt}, {}, sampling).at(0).tokens, expected)
        << one.at("name");
  }
}

}  // namespace
}  // namespace braid
