// Rotary frequencies against transformers (scripts/golden/rope.py) and published numbers, tables,
// and the rotation.
#include "model/rope.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "base/json.h"
#include "model/ops/apply_rope.h"
#include "tests/model/formula_model.h"

namespace braid {
namespace {

ModelConfig config_with(int64_t head_dim, int64_t max_position, const Json& rope) {
  const test::TemporaryDirectory directory;
  const Json config = {{"model_type", "llama"},
                       {"head_dim", head_dim},
                       {"max_position_embeddings", max_position},
                       {"rope_parameters", rope}};
  write_file_atomic(directory.path() / "config.json", config.dump());
  return load_model_config(directory.path());
}

TEST(RopeFrequencies, EqualTransformers) {
  const Json cases = read_json_file(test::golden_path("rope.json"));
  ASSERT_EQ(cases.size(), 22u);
  for (const auto& one : cases) {
    const auto config = config_with(one.at("head_dim").get<int64_t>(),
                                    one.at("max_position").get<int64_t>(), one.at("rope"));
    const auto actual = rope_frequencies(config.rope, config.head_dim, config.max_position,
                                         one.at("sequence_length").get<int64_t>());
    EXPECT_NEAR(actual.attention_factor, one.at("attention_factor").get<double>(), 1e-12);
    const auto expected = one.at("inverse").get<std::vector<double>>();
    ASSERT_EQ(actual.inverse.size(), expected.size()) << one.at("rope");
    for (size_t j = 0; j < expected.size(); ++j) {
      // transformers computes powers in float32, braid in double.
      EXPECT_NEAR(actual.inverse[j] / expected[j], 1.0, 3e-6) << one.at("rope") << " " << j;
    }
  }
}

struct Published {
  RopeConfig rope;
  int64_t width;
  std::vector<std::pair<size_t, double>> values;
};

RopeConfig llama3(double factor) {
  RopeConfig rope;
  rope.type = RopeType::kLlama3;
  rope.theta = 5e5;
  rope.factor = factor;
  rope.original_max_position = 8192;
  return rope;
}

RopeConfig yarn() {
  RopeConfig rope;
  rope.type = RopeType::kYarn;
  rope.theta = 1e6;
  rope.factor = 4;
  rope.original_max_position = 32768;
  return rope;
}

// Computed by hand from the published formulas, to eight digits.
TEST(RopeFrequencies, EqualTheFormulas) {
  const Published cases[] = {{llama3(8),
                              128,
                              {{0, 1.0},
                               {1, 0.81461723},
                               {15, 0.04616405},
                               {28, 0.003211446},
                               {29, 0.0021665708},
                               {30, 0.0013718936},
                               {31, 0.00085675141},
                               {32, 0.00052484616},
                               {33, 0.00031269375},
                               {34, 0.00017850781},
                               {35, 9.5562124e-05},
                               {63, 3.068926e-07}}},
                             {llama3(32),
                              64,
                              {{1, 0.66360124},
                               {14, 0.003211446},
                               {15, 0.0012905479},
                               {16, 0.0004295568},
                               {17, 9.7082878e-05},
                               {18, 1.9461638e-05},
                               {31, 9.4183067e-08}}},
                             {yarn(),
                              128,
                              {{23, 0.0069783058},
                               {24, 0.0053753215},
                               {30, 0.001064361},
                               {39, 6.4903943e-05},
                               {40, 4.4456985e-05},
                               {63, 3.1023444e-07}}}};
  for (const auto& one : cases) {
    const auto actual = rope_frequencies(one.rope, one.width, 131072, 10).inverse;
    for (const auto& [j, value] : one.values) EXPECT_NEAR(actual[j] / value, 1.0, 1e-7) << j;
  }
  EXPECT_NEAR(rope_frequencies(yarn(), 128, 131072, 10).attention_factor, 1.1386294, 1e-7);

  RopeConfig dynamic;
  dynamic.type = RopeType::kDynamic;
  dynamic.factor = 2;
  const auto stretched = rope_frequencies(dynamic, 128, 4096, 8192).inverse;
  EXPECT_NEAR(std::pow(stretched[1], -64.0), 30527.737, 0.01);
}

TEST(RopeTables, HoldCosinesOfPositions) {
  const auto config = config_with(8, 64, {{"rope_type", "default"}, {"rope_theta", 100.0}});
  const auto positions = at::tensor({0, 5, 3, 3, 60}, at::kLong);
  const auto tables = rope_tables(config, config.rope, positions, {});
  ASSERT_EQ(tables.cos.sizes(), at::IntArrayRef({5, 4}));
  EXPECT_EQ(tables.cos.scalar_type(), at::kFloat);
  for (int64_t t = 0; t < 5; ++t) {
    for (int64_t j = 0; j < 4; ++j) {
      const double angle =
          positions[t].item<double>() * std::pow(100.0, -static_cast<double>(j) / 4);
      // Angles up to 60 in float32 are off by 4e-6.
      EXPECT_NEAR(tables.cos[t][j].item<double>(), std::cos(angle), 1e-5);
      EXPECT_NEAR(tables.sin[t][j].item<double>(), std::sin(angle), 1e-5);
    }
  }
}

TEST(RopeTables, CarryTheAttentionFactor) {
  const Json rope = {{"rope_type", "yarn"},
                     {"rope_theta", 100.0},
                     {"factor", 2.0},
                     {"original_max_position_embeddings", 32},
                     {"attention_factor", 1.5}};
  const auto config = config_with(8, 64, rope);
  const auto tables = rope_tables(config, config.rope, at::tensor({0, 7}, at::kLong), {});
  const auto length = (tables.cos.square() + tables.sin.square()).sqrt();
  EXPECT_LT((length - 1.5).abs().max().item<double>(), 1e-6);
}

TEST(RopeTables, DynamicFollowsEachTokensSequence) {
  const Json rope = {{"rope_type", "dynamic"}, {"rope_theta", 100.0}, {"factor", 2.0}};
  const auto config = config_with(8, 16, rope);
  const auto position = at::full({4}, 9, at::kLong);
  const auto mixed =
      rope_tables(config, config.rope, position, at::tensor({10, 16, 40, 50}, at::kLong));
  EXPECT_TRUE(at::equal(mixed.sin[0], mixed.sin[1]));  // inside the context: as trained
  EXPECT_FALSE(at::equal(mixed.sin[1], mixed.sin[2]));
  EXPECT_FALSE(at::equal(mixed.sin[2], mixed.sin[3]));
  const auto uniform = rope_tables(config, config.rope, position, at::full({4}, 40, at::kLong));
  EXPECT_TRUE(at::equal(mixed.sin[2], uniform.sin[0]));
}

TEST(RopeTables, LongRopeFollowsEachTokensSequence) {
  const Json rope = {{"rope_type", "longrope"},
                     {"rope_theta", 100.0},
                     {"original_max_position_embeddings", 16},
                     {"short_factor", {1, 1.5}},
                     {"long_factor", {2, 6}}};
  const auto config = config_with(4, 64, rope);
  const auto position = at::full({4}, 9, at::kLong);
  const auto tables =
      rope_tables(config, config.rope, position, at::tensor({10, 16, 17, 60}, at::kLong));
  // Two frequencies, 1 and 1/10.
  const double factor = std::sqrt(1 + std::log(4.0) / std::log(16.0));
  for (int64_t t = 0; t < 4; ++t) {
    const std::array<double, 2> divisors = t < 2 ? std::array{1.0, 1.5} : std::array{2.0, 6.0};
    EXPECT_NEAR(tables.sin[t][0].item<double>(), factor * std::sin(9 / divisors[0]), 1e-5);
    EXPECT_NEAR(tables.sin[t][1].item<double>(), factor * std::sin(0.9 / divisors[1]), 1e-5);
  }
  EXPECT_FALSE(config.changes_behind(15));
  EXPECT_TRUE(config.changes_behind(16));  // the seventeenth token
  EXPECT_FALSE(config.changes_behind(17));
}

TEST(ApplyRope, RotatesHalvesAndLeavesTheRest) {
  const auto angle = at::tensor({0.3, -1.2, 2.0, 0.7}, at::kDouble).view({2, 2});  // [T, R/2]
  const RopeTables tables{angle.cos().to(at::kFloat), angle.sin().to(at::kFloat)};
  const auto x = at::arange(2 * 3 * 6, at::kFloat).view({2, 3, 6}) / 10;  // R = 4 of 6
  const auto y = apply_rope(x, tables);
  for (int64_t t = 0; t < 2; ++t) {
    for (int64_t h = 0; h < 3; ++h) {
      for (int64_t j = 0; j < 2; ++j) {
        const double a = angle[t][j].item<double>();
        const double u = x[t][h][j].item<double>(), v = x[t][h][j + 2].item<double>();
        EXPECT_NEAR(y[t][h][j].item<double>(), u * std::cos(a) - v * std::sin(a), 1e-6);
        EXPECT_NEAR(y[t][h][j + 2].item<double>(), v * std::cos(a) + u * std::sin(a), 1e-6);
      }
    }
  }
  EXPECT_TRUE(at::equal(y.narrow(2, 4, 2), x.narrow(2, 4, 2)));
  EXPECT_EQ(apply_rope(x.to(at::kBFloat16), tables).scalar_type(), at::kBFloat16);
}

}  // namespace
}  // namespace braid
