// Adapters: target matching, scale, first values, and the flat buffer behind the tensors.
#include "model/lora.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "tests/model/flat_batch.h"
#include "tests/model/formula_model.h"
#include "tests/support.h"

namespace braid {
namespace {

using test::error_of;
using test::tiny_config;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> match(const std::vector<std::string>& targets) {
  return match_targets(tiny_config("llama"), targets);
}

TEST(Targets, AllLinearIsEveryLinearButTheHead) {
  const auto all = match({"all-linear"});
  EXPECT_EQ(all.size(), 14u);
  for (const auto& path : all) EXPECT_TRUE(path.starts_with("model.layers.")) << path;
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
}

TEST(Targets, NamesMatchWholeParts) {
  EXPECT_THAT(match({"q_proj"}),
              ElementsAre("model.layers.0.self_attn.q_proj", "model.layers.1.self_attn.q_proj"));
  EXPECT_THAT(match({"mlp.up_proj", "model.layers.0.self_attn.q_proj"}),
              ElementsAre("model.layers.0.mlp.up_proj", "model.layers.0.self_attn.q_proj",
                          "model.layers.1.mlp.up_proj"));
  // A module that two targets name is adapted once.
  EXPECT_THAT(match({"1.mlp.up_proj", "layers.1.mlp.up_proj"}),
              ElementsAre("model.layers.1.mlp.up_proj"));
  for (const std::string name : {"_proj", "proj", "q_pro", "self_attn", "Q_PROJ", "lm_head", ""}) {
    EXPECT_THAT(error_of([&] { match({name}); }), HasSubstr("\"" + name + "\"")) << name;
  }
}

TEST(Targets, ThatMatchNothingAreNamed) {
  EXPECT_THAT(error_of([&] {
                match({"q_proj", "qkv_proj"});
              }),
              AllOf(HasSubstr("\"qkv_proj\""), HasSubstr("q_proj, "), HasSubstr("down_proj")));
  EXPECT_THAT(error_of([&] { match({"regex:.*experts.*"}); }), HasSubstr("experts"));
}

TEST(Targets, RegularExpressionsMatchTheWholePath) {
  EXPECT_THAT(match({R"(regex:.*\.1\.self_attn\.[qv]_proj)"}),
              ElementsAre("model.layers.1.self_attn.q_proj", "model.layers.1.self_attn.v_proj"));
  EXPECT_THAT(match({R"(regex:.*\.(?!0\.)\d+\.mlp\.down_proj)"}),
              ElementsAre("model.layers.1.mlp.down_proj"));
  // Alternatives are tried at full length, too.
  EXPECT_EQ(match({R"(regex:model|model\.layers\.0\.mlp\.up_proj)"}).size(), 1u);
  EXPECT_THAT(error_of([&] { match({"regex:q_proj"}); }), HasSubstr("regex:q_proj"));
  EXPECT_THAT(error_of([&] { match({"regex:.*q_proj("}); }), HasSubstr("not a regular expression"));
  EXPECT_THAT(error_of([&] { match({"regex:.*", "q_proj"}); }), HasSubstr("must stand alone"));
  EXPECT_THAT(error_of([&] { match({"all-linear", "q_proj"}); }), HasSubstr("must stand alone"));
  // Exponential patterns end in an error, not in a hang.
  EXPECT_THAT(error_of([&] { match({"regex:(([a-z._0-9]+)*)*!"}); }), HasSubstr("regex"));
}

TEST(Linears, HaveTheirShapes) {
  const auto config = tiny_config("qwen3");  // hidden 8, inner 12, two heads of 4 over one key head
  const auto linears = adaptable_linears(config);
  EXPECT_EQ(linears.size(), 14u);
  const auto shape = [&](const std::string& name) {
    const auto& one = linears.at("model.layers.1." + name);
    return std::pair(one.in, one.out);
  };
  EXPECT_EQ(shape("self_attn.q_proj"), std::pair(int64_t{8}, int64_t{8}));
  EXPECT_EQ(shape("self_attn.k_proj"), std::pair(int64_t{8}, int64_t{4}));
  EXPECT_EQ(shape("self_attn.v_proj"), std::pair(int64_t{8}, int64_t{4}));
  EXPECT_EQ(shape("self_attn.o_proj"), std::pair(int64_t{8}, int64_t{8}));
  EXPECT_EQ(shape("mlp.gate_proj"), std::pair(int64_t{8}, int64_t{12}));
  EXPECT_EQ(shape("mlp.up_proj"), std::pair(int64_t{8}, int64_t{12}));
  EXPECT_EQ(shape("mlp.down_proj"), std::pair(int64_t{12}, int64_t{8}));
}

TEST(Linears, OfPhi3AreFused) {
  const auto linears = adaptable_linears(tiny_config("phi3"));
  EXPECT_EQ(linears.size(), 8u);
  const auto shape = [&](const std::string& name) {
    const auto& one = linears.at("model.layers.1." + name);
    return std::pair(one.in, one.out);
  };
  EXPECT_EQ(shape("self_attn.qkv_proj"), std::pair(int64_t{8}, int64_t{16}));
  EXPECT_EQ(shape("self_attn.o_proj"), std::pair(int64_t{8}, int64_t{8}));
  EXPECT_EQ(shape("mlp.gate_up_proj"), std::pair(int64_t{8}, int64_t{24}));
  EXPECT_EQ(shape("mlp.down_proj"), std::pair(int64_t{12}, int64_t{8}));
}

TEST(Linears, OfAMultimodalModelLieDeeper) {
  auto config = tiny_config("gemma3_text");
  config.module_prefix = "model.language_model.";
  for (const auto& [path, shape] : adaptable_linears(config)) {
    EXPECT_TRUE(path.starts_with("model.language_model.layers.")) << path;
  }
}

LoraConfig lora(std::vector<std::string> targets = {"all-linear"}) {
  LoraConfig config;
  config.targets = std::move(targets);
  config.rank = 3;
  config.alpha = 6;
  return config;
}

TEST(LoraScale, FollowsRank) {
  auto config = lora();
  EXPECT_EQ(config.scale(), 2.0);
  config.rslora = true;
  EXPECT_DOUBLE_EQ(config.scale(), 6 / std::sqrt(3.0));
}

TEST(LoraConfig, RefusesImpossibleValues) {
  const auto error = [](auto change) {
    auto config = lora();
    change(config);
    return error_of([&] { config.validate(); });
  };
  EXPECT_THAT(error([](auto& config) { config.rank = 0; }), HasSubstr("rank"));
  EXPECT_THAT(error([](auto& config) { config.alpha = 0; }), HasSubstr("alpha"));
  EXPECT_THAT(error([](auto& config) { config.dropout = 1; }), HasSubstr("dropout"));
  EXPECT_THAT(error([](auto& config) { config.targets = {}; }), HasSubstr("targets"));
  EXPECT_EQ(error([](auto&) {}), "no error");
}

TEST(Adapter, TensorsAreViewsOfOneBuffer) {
  const auto config = tiny_config("llama");
  Adapter adapter(config, lora(), 1, at::kCPU);
  int64_t expected = 0;
  for (const auto& [path, shape] : adaptable_linears(config))
    expected += 3 * (shape.in + shape.out);
  EXPECT_EQ(adapter.parameter_count(), expected);
  EXPECT_EQ(adapter.flat().sizes(), at::IntArrayRef({expected}));
  EXPECT_EQ(adapter.flat_grad().sizes(), at::IntArrayRef({expected}));
  EXPECT_EQ(adapter.flat().scalar_type(), at::kFloat);

  ASSERT_EQ(adapter.slots().size(), 28u);
  int64_t offset = 0;
  std::string last;
  for (const auto& slot : adapter.slots()) {
    EXPECT_EQ(slot.offset, offset) << slot.name;  // no gaps, in name order
    EXPECT_LT(last, slot.name);
    offset += slot.length;
    last = slot.name;
    const std::string prefix = "base_model.model.", suffix = ".lora_A.weight";
    ASSERT_TRUE(slot.name.starts_with(prefix)) << slot.name;
    EXPECT_TRUE(slot.name.ends_with(slot.is_b ? ".lora_B.weight" : suffix)) << slot.name;
    const auto* pair = adapter.find(
        slot.name.substr(prefix.size(), slot.name.size() - prefix.size() - suffix.size()));
    ASSERT_NE(pair, nullptr) << slot.name;
    const auto& tensor = slot.is_b ? pair->b : pair->a;
    EXPECT_EQ(tensor.numel(), slot.length);
    EXPECT_EQ(tensor.size(slot.is_b ? 1 : 0), 3);
    EXPECT_TRUE(tensor.is_leaf() && tensor.requires_grad());
    EXPECT_EQ(tensor.const_data_ptr<float>(), adapter.flat().const_data_ptr<float>() + slot.offset);
    EXPECT_EQ(tensor.grad().const_data_ptr<float>(),
              adapter.flat_grad().const_data_ptr<float>() + slot.offset);
  }
  EXPECT_EQ(offset, expected);
  EXPECT_EQ(adapter.find("lm_head"), nullptr);
  EXPECT_EQ(Adapter(config, lora({"q_proj"}), 1, at::kCPU).find("model.layers.0.mlp.up_proj"),
            nullptr);
}

TEST(Adapter, StartsAsTheBaseWithUniformA) {
  auto config = tiny_config("llama");
  config.hidden_size = 400;
  config.intermediate_size = 100;
  auto wide = lora();
  wide.rank = 16;
  const Adapter adapter(config, wide, 1, at::kCPU);
  for (const auto& [path, pair] : adapter.pairs()) {
    EXPECT_EQ(pair.b.abs().max().item<float>(), 0.0f) << path;
    const double bound = 1 / std::sqrt(static_cast<double>(pair.a.size(1)));
    const auto scaled = (pair.a / bound).detach().to(at::kDouble);
    EXPECT_LE(scaled.abs().max().item<double>(), 1.0) << path;
    if (pair.a.size(1) < 400) continue;
    // 6400 draws: mean 0 within five times 1/sqrt(3 * 6400), variance 1/3.
    EXPECT_NEAR(scaled.mean().item<double>(), 0.0, 0.036) << path;
    EXPECT_NEAR(scaled.square().mean().item<double>(), 1.0 / 3, 0.02) << path;
    EXPECT_GT(scaled.abs().max().item<double>(), 0.99) << path;
  }
}

TEST(Adapter, FirstValuesDependOnSeedAndNameAlone) {
  const auto config = tiny_config("llama");
  const Adapter one(config, lora(), 1, at::kCPU), again(config, lora(), 1, at::kCPU);
  const Adapter other(config, lora(), 2, at::kCPU), part(config, lora({"v_proj"}), 1, at::kCPU);
  EXPECT_TRUE(at::equal(one.flat(), again.flat()));
  EXPECT_FALSE(at::equal(one.flat(), other.flat()));
  for (const auto& [path, pair] : part.pairs()) {
    EXPECT_TRUE(at::equal(pair.a, one.find(path)->a)) << path;
  }
  EXPECT_FALSE(at::equal(one.find("model.layers.0.self_attn.q_proj")->a,
                         one.find("model.layers.1.self_attn.q_proj")->a));
}

TEST(Adapter, GradientsAddUpInTheFlatBuffer) {
  const auto model = test::formula_model(test::tiny_config_json("llama"), 0.5);
  auto adapter = test::formula_adapter(model.config, lora(), 0.25);
  const auto flat_grad = adapter.flat_grad();
  const auto backward = [&] {
    test::hidden_states(model.transformer, {{{1, 2, 3, 4}, {}}}, &adapter)
        .square()
        .sum()
        .backward();
  };
  backward();
  for (const auto& slot : adapter.slots()) {
    EXPECT_GT(flat_grad.narrow(0, slot.offset, slot.length).abs().max().item<float>(), 0.0f)
        << slot.name;
  }
  const auto once = flat_grad.clone();
  backward();
  EXPECT_TRUE(at::allclose(flat_grad, 2 * once, 1e-5, 1e-6));
}

TEST(Adapter, DropoutFollowsItsKey) {
  const auto model = test::formula_model(test::tiny_config_json("llama"), 0.5);
  auto config = lora();
  config.dropout = 0.5;
  const auto adapter = test::formula_adapter(model.config, config, 0.25);
  const std::vector<test::Group> groups = {{{1, 2, 3, 4}, {{5, 6}, {7}}}};
  const auto layout = test::layout_of(groups);
  const auto run = [&](uint64_t key) {
    const at::NoGradGuard no_grad;
    return model.transformer.forward(test::tokens_of(groups), test::positions_of(layout), layout,
                                     &adapter, {.dropout_key = key});
  };
  EXPECT_TRUE(at::equal(run(7), run(7)));
  EXPECT_FALSE(at::equal(run(7), run(8)));
  EXPECT_FALSE(at::equal(run(7), run(0)));  // zero: off
  EXPECT_TRUE(at::equal(run(0), test::hidden_states(model.transformer, groups, &adapter)));
}

}  // namespace
}  // namespace braid
