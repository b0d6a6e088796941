// Model shapes: class defaults of every family, both spellings of rope settings, windows, refusals,
// and GGUF metadata.
#include "model/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/error.h"
#include "tests/model/config_files.h"
#include "tests/model/smollm2.h"

namespace braid {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using Config = test::ConfigTest;

struct Defaults {
  std::string family;
  int64_t vocab, hidden, inner, layers, heads, kv_heads, head_dim, max_position;
  double eps;
  bool qkv_bias, qk_norm;
  int64_t window;  // of every layer
};

// transformers' configuration classes: writers leave these fields out.
TEST_F(Config, ClassDefaults) {
  const Defaults all[] = {
      {"llama", 32000, 4096, 11008, 32, 32, 32, 128, 2048, 1e-6, false, false, 0},
      {"mistral", 32000, 4096, 14336, 32, 32, 8, 128, 131072, 1e-6, false, false, 4096},
      {"qwen2", 151936, 4096, 22016, 32, 32, 32, 128, 32768, 1e-6, true, false, 0},
      {"qwen3", 151936, 4096, 22016, 32, 32, 32, 128, 32768, 1e-6, false, true, 0},
      {"phi3", 32064, 3072, 8192, 32, 32, 32, 96, 4096, 1e-5, false, false, 0}};
  for (const Defaults& one : all) {
    const auto config = load({{"model_type", one.family}});
    SCOPED_TRACE(one.family);
    EXPECT_EQ(config.family, one.family);
    EXPECT_EQ(config.vocab_size, one.vocab);
    EXPECT_EQ(config.hidden_size, one.hidden);
    EXPECT_EQ(config.intermediate_size, one.inner);
    EXPECT_EQ(config.layers, one.layers);
    EXPECT_EQ(config.heads, one.heads);
    EXPECT_EQ(config.kv_heads, one.kv_heads);
    EXPECT_EQ(config.head_dim, one.head_dim);
    EXPECT_EQ(config.max_position, one.max_position);
    EXPECT_EQ(config.rms_norm_eps, one.eps);
    EXPECT_FALSE(config.tied_head);
    EXPECT_EQ(config.fused_linears, one.family == "phi3");
    EXPECT_FALSE(config.sandwich_norms || config.offset_norms || config.scaled_embedding);
    EXPECT_DOUBLE_EQ(config.attention_scale(), 1 / std::sqrt(static_cast<double>(one.head_dim)));
    EXPECT_EQ(config.score_cap + config.logit_cap, 0);
    EXPECT_FALSE(config.window_rope);
    EXPECT_EQ(config.qkv_bias, one.qkv_bias);
    EXPECT_FALSE(config.output_bias);
    EXPECT_FALSE(config.mlp_bias);
    EXPECT_EQ(config.qk_norm, one.qk_norm);
    EXPECT_EQ(config.activation, Activation::kSilu);
    EXPECT_EQ(config.rope.type, RopeType::kDefault);
    EXPECT_EQ(config.rope.theta, 10000.0);
    EXPECT_EQ(config.windows.size(), 32u);
    EXPECT_THAT(config.windows, Each(one.window));
  }
}

TEST_F(Config, HeadSizes) {
  // An own value wins; else hidden / heads, but 128 for qwen3.
  EXPECT_EQ(load(with("llama", {{"hidden_size", 576}, {"num_attention_heads", 9}})).head_dim, 64);
  EXPECT_EQ(load(with("qwen3", {{"hidden_size", 1024}, {"num_attention_heads", 64}})).head_dim,
            128);
  EXPECT_EQ(load(with("mistral", {{"hidden_size", 5120}, {"head_dim", 128}})).head_dim, 128);
  EXPECT_EQ(load(with("llama", {{"hidden_size", 2048}, {"head_dim", nullptr}})).head_dim, 64);
  // Absent and null key/value heads differ for mistral.
  EXPECT_EQ(load(with("mistral", {{"num_key_value_heads", nullptr}})).kv_heads, 32);
  EXPECT_EQ(load(with("llama", {{"num_attention_heads", 16}})).kv_heads, 16);
}

TEST_F(Config, Biases) {
  const auto llama = load(with("llama", {{"attention_bias", true}, {"mlp_bias", true}}));
  EXPECT_TRUE(llama.qkv_bias && llama.output_bias && llama.mlp_bias);
  const auto qwen3 = load(with("qwen3", {{"attention_bias", true}}));
  EXPECT_TRUE(qwen3.qkv_bias && qwen3.output_bias);
  EXPECT_FALSE(qwen3.mlp_bias);
  // qwen2's are not a choice.
  const auto qwen2 = load(with("qwen2", {{"attention_bias", false}}));
  EXPECT_TRUE(qwen2.qkv_bias);
  EXPECT_FALSE(qwen2.output_bias);
}

TEST_F(Config, RopeOfBothVersionsIsTheSame) {
  const Json scaling = {{"factor", 8.0},
                        {"low_freq_factor", 1.5},
                        {"high_freq_factor", 5.0},
                        {"original_max_position_embeddings", 8192}};
  Json v4 = scaling, v5 = scaling, old = scaling;
  v4["rope_type"] = v5["rope_type"] = old["type"] = "llama3";
  v5["rope_theta"] = 5e5;
  for (const Json& fields :
       {Json{{"rope_theta", 5e5}, {"rope_scaling", v4}},
        Json{{"rope_theta", 5e5}, {"rope_scaling", old}}, Json{{"rope_parameters", v5}},
        Json{{"rope_parameters", v5}, {"rope_theta", 7.0}}}) {
    const auto rope = load(with("llama", fields)).rope;
    EXPECT_EQ(rope.type, RopeType::kLlama3) << fields;
    EXPECT_EQ(rope.theta, 5e5) << fields;
    EXPECT_EQ(rope.factor, 8.0);
    EXPECT_EQ(rope.low_freq_factor, 1.5);
    EXPECT_EQ(rope.high_freq_factor, 5.0);
    EXPECT_EQ(rope.original_max_position, 8192);
  }
  EXPECT_EQ(load(with("llama", {{"rope_scaling", nullptr}})).rope.type, RopeType::kDefault);
}

TEST_F(Config, OriginalPositions) {
  const Json yarn = {{"rope_type", "yarn"}, {"factor", 4.0}};
  Json own = yarn;
  own["original_max_position_embeddings"] = 300;
  const auto original = [&](const Json& fields) {
    return load(with("qwen2", fields)).rope.original_max_position;
  };
  EXPECT_EQ(original({{"rope_scaling", own}}), 300);
  EXPECT_EQ(original({{"rope_scaling", own}, {"original_max_position_embeddings", 200}}), 200);
  EXPECT_EQ(original({{"rope_scaling", yarn}, {"max_position_embeddings", 500}}), 500);
}

TEST_F(Config, YarnFields) {
  const Json yarn = {{"rope_type", "yarn"}, {"factor", 4.0},           {"beta_fast", 24.0},
                     {"beta_slow", 2.0},    {"mscale", 0.7},           {"mscale_all_dim", 0.5},
                     {"truncate", false},   {"attention_factor", 1.25}};
  const auto rope = load(with("llama", {{"rope_scaling", yarn}})).rope;
  EXPECT_EQ(rope.type, RopeType::kYarn);
  EXPECT_EQ(rope.beta_fast, 24.0);
  EXPECT_EQ(rope.beta_slow, 2.0);
  EXPECT_EQ(rope.mscale, 0.7);
  EXPECT_EQ(rope.mscale_all_dim, 0.5);
  EXPECT_FALSE(rope.truncate);
  EXPECT_EQ(rope.attention_factor, 1.25);
  const auto plain =
      load(with("llama", {{"rope_scaling", {{"type", "yarn"}, {"factor", 2}}}})).rope;
  EXPECT_EQ(plain.beta_fast, 32.0);
  EXPECT_EQ(plain.beta_slow, 1.0);
  EXPECT_TRUE(plain.truncate);
}

TEST_F(Config, Windows) {
  const auto windows = [&](const std::string& family, Json fields) {
    fields["num_hidden_layers"] = 3;
    return load(with(family, fields)).windows;
  };
  EXPECT_THAT(windows("mistral", {{"sliding_window", 7}}), ElementsAre(7, 7, 7));
  EXPECT_THAT(windows("mistral", {{"sliding_window", nullptr}}), ElementsAre(0, 0, 0));
  for (const std::string family : {"qwen2", "qwen3"}) {
    EXPECT_THAT(windows(family, {{"sliding_window", 7}}), ElementsAre(0, 0, 0));
    EXPECT_THAT(windows(family, {{"sliding_window", 7}, {"use_sliding_window", true}}),
                ElementsAre(0, 0, 0));  // 28 layers without come first
    EXPECT_THAT(
        windows(family,
                {{"sliding_window", 7}, {"use_sliding_window", true}, {"max_window_layers", 1}}),
        ElementsAre(0, 7, 7));
    EXPECT_THAT(windows(family, {{"use_sliding_window", true}, {"max_window_layers", 2}}),
                ElementsAre(0, 0, 4096));
    EXPECT_THAT(windows(family, {{"sliding_window", 7},
                                 {"use_sliding_window", true},
                                 {"max_window_layers", 0},
                                 {"layer_types",
                                  {"full_attention", "sliding_attention", "full_attention"}}}),
                ElementsAre(0, 7, 0));
  }
  EXPECT_THAT(windows("llama", {{"sliding_window", 7}}), ElementsAre(0, 0, 0));
  EXPECT_THAT(windows("phi3", {{"sliding_window", 7}}), ElementsAre(7, 7, 7));
  EXPECT_THAT(windows("phi3", {{"sliding_window", nullptr}}), ElementsAre(0, 0, 0));
  EXPECT_THAT(windows("phi3", Json::object()), ElementsAre(0, 0, 0));
  EXPECT_THAT(windows("gemma2", {{"sliding_window", 7}}), ElementsAre(7, 0, 7));
  EXPECT_THAT(windows("gemma3_text", {{"sliding_window", 7}}), ElementsAre(7, 7, 7));
  EXPECT_THAT(windows("gemma3_text", {{"sliding_window", 7}, {"sliding_window_pattern", 3}}),
              ElementsAre(7, 7, 0));
  for (const std::string family : {"gemma2", "gemma3_text"}) {
    EXPECT_THAT(windows(family, {{"sliding_window", 7},
                                 {"sliding_window_pattern", 2},
                                 {"layer_types",
                                  {"full_attention", "sliding_attention", "sliding_attention"}}}),
                ElementsAre(0, 7, 7));
    EXPECT_THAT(error_of(with(family, {{"sliding_window", nullptr}})), HasSubstr("sliding_window"));
  }
  EXPECT_THAT(error_of(with("gemma3_text", {{"sliding_window_pattern", 0}})),
              HasSubstr("sliding_window_pattern"));
}

TEST_F(Config, RefusesOtherFamiliesByName) {
  for (const std::string family :
       {"gemma3n_text", "phi", "phimoe", "mixtral", "qwen3_moe", "gpt2", "qwen2_vl"}) {
    EXPECT_THAT(error_of({{"model_type", family}}),
                AllOf(HasSubstr("config.json"), HasSubstr("\"" + family + "\""), HasSubstr("llama"),
                      HasSubstr("qwen3"), HasSubstr("phi3"), HasSubstr("gemma3_text")));
  }
  EXPECT_THAT(error_of({{"hidden_size", 3}}), HasSubstr("model_type"));
}

TEST_F(Config, RefusesFeaturesByKey) {
  const std::pair<std::string, Json> cases[] = {
      {"quantization_config", {{"quant_method", "gptq"}}},
      {"use_bidirectional_attention", true},
      {"hidden_act", "gelu"},
      {"architectures", {"LlamaForSequenceClassification"}},
      {"attention_dropout", 0.1},
      {"rope_scaling", {{"rope_type", "longrope"}, {"factor", 2.0}}},
      {"rope_scaling", {{"rope_type", "linear"}}},
      {"rope_parameters", {{"full_attention", {{"rope_type", "default"}}}}},
      {"rope_theta", 0.5},
      {"num_attention_heads", 0},
      {"num_attention_heads", "4"},
      {"num_key_value_heads", 5},
      {"num_hidden_layers", 1000000000},
      {"vocab_size", -1},
      {"hidden_size", 1e300},
      {"head_dim", 7},
      {"partial_rotary_factor", 1e300},
      {"final_logit_softcapping", 30.0},
      {"rms_norm_eps", 0}};
  for (const auto& [key, value] : cases) {
    const auto error = error_of(with("llama", {{key, value}}));
    // Keys of the rope dictionary are named themselves.
    const bool rope = key.starts_with("rope_") && value.is_object();
    EXPECT_THAT(error, AllOf(HasSubstr("config.json"), Not(HasSubstr("\n")))) << key << value;
    EXPECT_THAT(error, HasSubstr(rope                ? "rope_"
                                 : key == "head_dim" ? "rotary width"
                                                     : key))
        << key << value;
  }
  const auto gemma_error = [&](const std::string& family, const std::string& key,
                               const Json& value) {
    EXPECT_THAT(error_of(with(family, {{key, value}})), HasSubstr(key)) << family << " " << value;
  };
  gemma_error("gemma", "hidden_act", "silu");
  gemma_error("gemma2", "hidden_activation", "gelu");
  gemma_error("gemma2", "attn_logit_softcapping", 0);
  gemma_error("gemma2", "query_pre_attn_scalar", -1);
  gemma_error("gemma3_text", "attn_logit_softcapping", 50.0);  // its attention would not use it
  gemma_error("gemma3_text", "rope_parameters", {{"rope_theta", 1e6}});
  gemma_error("phi3", "resid_pdrop", 0.1);
  EXPECT_THAT(
      error_of(with("qwen2", {{"num_hidden_layers", 2}, {"layer_types", {"full_attention"}}})),
      HasSubstr("layer_types"));
  EXPECT_THAT(error_of(with("qwen2", {{"num_hidden_layers", 1}, {"layer_types", {"chunked"}}})),
              HasSubstr("\"chunked\""));
}

TEST_F(Config, RefusesWhatIsNoModel) {
  const auto error_at = [&](const std::filesystem::path& path) {
    try {
      load_model_config(path);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_THAT(error_at(directory_.path()), HasSubstr("no config.json"));
  EXPECT_THAT(error_at(directory_.path() / "none"), HasSubstr("no such model"));
  write_file_atomic(directory_.path() / "config.json", "{");
  EXPECT_THAT(error_at(directory_.path()), HasSubstr("config.json"));
  EXPECT_THAT(error_at(directory_.path() / "config.json"), HasSubstr("not a GGUF file"));
}

TEST(GgufConfig, OfSmolLm2) {
  const auto path = test::smollm2_path();
  if (!path) GTEST_SKIP() << test::kNoSmolLm2;
  const auto config = load_model_config(*path);
  EXPECT_EQ(config.family, "llama");
  EXPECT_EQ(config.vocab_size, 49152);
  EXPECT_EQ(config.hidden_size, 576);
  EXPECT_EQ(config.intermediate_size, 1536);
  EXPECT_EQ(config.layers, 30);
  EXPECT_EQ(config.heads, 9);
  EXPECT_EQ(config.kv_heads, 3);
  EXPECT_EQ(config.head_dim, 64);
  EXPECT_EQ(config.max_position, 8192);
  EXPECT_FLOAT_EQ(static_cast<float>(config.rms_norm_eps), 1e-5f);
  EXPECT_TRUE(config.tied_head);
  EXPECT_FALSE(config.qkv_bias || config.output_bias || config.mlp_bias || config.qk_norm);
  EXPECT_EQ(config.rope.type, RopeType::kDefault);
  EXPECT_EQ(config.rope.theta, 100000.0);
  EXPECT_EQ(config.rope.partial_rotary_factor, 1.0);
  EXPECT_EQ(std::accumulate(config.windows.begin(), config.windows.end(), int64_t{0}), 0);
}

}  // namespace
}  // namespace braid
