// What is special in the configurations of phi3 and the gemmas.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/model/config_files.h"

namespace braid {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using Config = test::ConfigTest;

TEST_F(Config, ClassDefaultsOfGemma) {
  for (const std::string family : {"gemma", "gemma2", "gemma3_text"}) {
    const auto config = load({{"model_type", family}});
    SCOPED_TRACE(family);
    const bool first = family == "gemma", second = family == "gemma2";
    EXPECT_EQ(config.vocab_size, family == "gemma3_text" ? 262208 : 256000);
    EXPECT_EQ(config.hidden_size, first ? 3072 : 2304);
    EXPECT_EQ(config.intermediate_size, first ? 24576 : 9216);
    EXPECT_EQ(config.layers, first ? 28 : 26);
    EXPECT_EQ(config.heads, first ? 16 : 8);
    EXPECT_EQ(config.kv_heads, first ? 16 : 4);
    EXPECT_EQ(config.head_dim, 256);
    EXPECT_EQ(config.max_position, family == "gemma3_text" ? 131072 : 8192);
    EXPECT_EQ(config.rms_norm_eps, 1e-6);
    EXPECT_TRUE(config.tied_head && config.offset_norms && config.scaled_embedding);
    EXPECT_FALSE(config.qkv_bias || config.output_bias || config.mlp_bias || config.fused_linears);
    EXPECT_EQ(config.sandwich_norms, !first);
    EXPECT_EQ(config.qk_norm, family == "gemma3_text");
    EXPECT_EQ(config.activation, Activation::kGeluTanh);
    EXPECT_DOUBLE_EQ(config.attention_scale(), 1.0 / 16);
    EXPECT_EQ(config.score_cap, second ? 50 : 0);
    EXPECT_EQ(config.logit_cap, second ? 30 : 0);
    EXPECT_EQ(config.rope.theta, family == "gemma3_text" ? 1e6 : 1e4);
    EXPECT_EQ(config.window_rope.has_value(), family == "gemma3_text");
    EXPECT_EQ(config.windows.at(0), first ? 0 : 4096);
    EXPECT_EQ(config.windows.at(1), family == "gemma3_text" ? 4096 : 0);
    EXPECT_EQ(config.windows.at(5), 0);
  }
}

TEST_F(Config, SwitchesOfGemma) {
  const auto gemma2 = [&](const Json& fields) { return load(with("gemma2", fields)); };
  EXPECT_EQ(gemma2({{"attn_logit_softcapping", nullptr}}).score_cap, 0);
  EXPECT_EQ(gemma2({{"final_logit_softcapping", nullptr}}).logit_cap, 0);
  EXPECT_EQ(gemma2({{"attn_logit_softcapping", 20}}).score_cap, 20);
  EXPECT_DOUBLE_EQ(gemma2({{"query_pre_attn_scalar", 144}}).attention_scale(), 1.0 / 12);
  EXPECT_TRUE(gemma2({{"attention_bias", true}}).output_bias);
  EXPECT_FALSE(gemma2({{"tie_word_embeddings", false}}).tied_head);
  EXPECT_EQ(load(with("gemma3_text", {{"final_logit_softcapping", 30}})).logit_cap, 30);
  // hidden_act of early files is not to be believed.
  for (const Json& fields :
       {Json{{"hidden_act", "gelu"}}, Json{{"hidden_act", "gelu"}, {"hidden_activation", nullptr}},
        Json{{"hidden_activation", "gelu_pytorch_tanh"}}}) {
    EXPECT_EQ(load(with("gemma", fields)).activation, Activation::kGeluTanh) << fields;
  }
}

TEST_F(Config, RopesOfGemma3) {
  const Json linear = {{"rope_type", "linear"}, {"factor", 8.0}};
  Json full = linear;
  full["rope_theta"] = 3e5;
  for (const Json& fields :
       {Json{{"rope_theta", 3e5}, {"rope_local_base_freq", 5e3}, {"rope_scaling", linear}},
        Json{{"rope_parameters",
              {{"full_attention", full}, {"sliding_attention", {{"rope_theta", 5e3}}}}}}}) {
    const auto config = load(with("gemma3_text", fields));
    EXPECT_EQ(config.rope.type, RopeType::kLinear) << fields;
    EXPECT_EQ(config.rope.factor, 8.0);
    EXPECT_EQ(config.rope.theta, 3e5);
    ASSERT_TRUE(config.window_rope);
    EXPECT_EQ(config.window_rope->type, RopeType::kDefault);
    EXPECT_EQ(config.window_rope->theta, 5e3);
  }
}

TEST_F(Config, TextModelOfGemma3) {
  const Json text = {
      {"model_type", "gemma3_text"}, {"hidden_size", 2560}, {"sliding_window", 1024}};
  Json whole = {{"model_type", "gemma3"},
                {"architectures", {"Gemma3ForConditionalGeneration"}},
                {"vision_config", {{"hidden_size", 3}}},
                {"text_config", text}};
  const auto config = load(whole);
  EXPECT_EQ(config.family, "gemma3_text");
  EXPECT_EQ(config.hidden_size, 2560);
  EXPECT_EQ(config.windows.at(0), 1024);
  EXPECT_TRUE(config.tied_head);
  EXPECT_EQ(config.module_prefix, "model.language_model.");
  EXPECT_EQ(load(text).module_prefix, "model.");
  whole["text_config"]["head_dim"] = "x";
  EXPECT_THAT(error_of(whole), HasSubstr("text_config.head_dim"));
  whole.erase("text_config");
  EXPECT_THAT(error_of(whole), HasSubstr("text_config"));
}

TEST_F(Config, LongRope) {
  const Json factors = {{"short_factor", std::vector<double>(24, 1.5)},
                        {"long_factor", std::vector<double>(24, 4.0)}};
  // A head of 64, three quarters of it rotated.
  const Json sizes = {{"hidden_size", 2048},
                      {"partial_rotary_factor", 0.75},
                      {"max_position_embeddings", 131072},
                      {"original_max_position_embeddings", 4096}};
  for (const std::string name : {"longrope", "su", "yarn"}) {  // old names
    Json rope = factors, json = sizes;
    rope["type"] = name;
    json["rope_scaling"] = rope;
    const auto config = load(with("phi3", json));
    EXPECT_EQ(config.rope.type, RopeType::kLongRope) << name;
    EXPECT_EQ(config.rotary_width(), 48);
    EXPECT_EQ(config.rope.original_max_position, 4096);
    EXPECT_EQ(config.rope.factor, 32);
    EXPECT_THAT(config.rope.short_factor, ElementsAreArray(std::vector<double>(24, 1.5)));
    EXPECT_THAT(config.rope.long_factor, ElementsAreArray(std::vector<double>(24, 4.0)));
    EXPECT_EQ(config.rope.attention_factor, 0);
  }
  const auto error_with = [&](const std::string& key, const Json& value) {
    Json rope = factors, json = sizes;
    rope["type"] = "longrope";
    rope[key] = value;
    json["rope_scaling"] = rope;
    return error_of(with("phi3", json));
  };
  EXPECT_THAT(error_with("short_factor", nullptr), HasSubstr("short_factor"));
  EXPECT_THAT(error_with("long_factor", {1.0, 2.0}), HasSubstr("expected 24"));
  EXPECT_THAT(error_with("long_factor", std::vector<double>(24, 0.0)), HasSubstr("long_factor"));
  EXPECT_THAT(error_with("long_factor", "x"), HasSubstr("list of numbers"));
  EXPECT_THAT(error_with("type", "linear"), HasSubstr("phi3 has default and longrope"));
  EXPECT_THAT(error_of(with("llama", {{"rope_scaling", {{"type", "su"}}}})), HasSubstr("\"su\""));
}

}  // namespace
}  // namespace braid
