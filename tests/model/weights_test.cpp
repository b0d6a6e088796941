// Weight files: strictness, dtypes, shards, and GGUF names and row order.
#include "model/weights.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/model/model_files.h"
#include "tests/support.h"

namespace braid {
namespace {

using test::error_of;
using test::numbered_tensors;
using test::tiny_config;
using test::write_gguf;
using test::write_safetensors;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

void expect_same(const TensorMap& actual, const TensorMap& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (const auto& [name, tensor] : expected) {
    ASSERT_TRUE(actual.contains(name)) << name;
    EXPECT_TRUE(at::equal(actual.at(name), tensor)) << name;
  }
}

class Weights : public ::testing::Test {
 protected:
  TensorMap load(const ModelConfig& config, at::ScalarType dtype = at::kFloat) const {
    return load_weights(directory_.path(), config, dtype, at::kCPU);
  }
  std::filesystem::path file(const std::string& name) const { return directory_.path() / name; }
  void write_index(const std::string& weight_map) const {
    write_file_atomic(file("model.safetensors.index.json"),
                      "{\"metadata\": {}, \"weight_map\": " + weight_map + "}");
  }

  test::TemporaryDirectory directory_;
};

TEST_F(Weights, ExpectedTensorsFollowTheFamily) {
  EXPECT_FALSE(
      expected_tensors(tiny_config("llama")).contains("model.layers.0.self_attn.q_proj.bias"));
  const auto qwen2 = expected_tensors(tiny_config("qwen2"));
  EXPECT_EQ(qwen2.at("model.layers.1.self_attn.k_proj.bias"), std::vector<int64_t>{4});
  EXPECT_FALSE(qwen2.contains("model.layers.1.self_attn.o_proj.bias"));
  const auto qwen3 = expected_tensors(tiny_config("qwen3"));
  EXPECT_EQ(qwen3.at("model.layers.0.self_attn.q_norm.weight"), std::vector<int64_t>{4});
  const auto phi3 = expected_tensors(tiny_config("phi3"));
  EXPECT_EQ(phi3.at("model.layers.0.self_attn.qkv_proj.weight"), (std::vector<int64_t>{16, 8}));
  EXPECT_EQ(phi3.at("model.layers.1.mlp.gate_up_proj.weight"), (std::vector<int64_t>{24, 8}));
  EXPECT_FALSE(phi3.contains("model.layers.0.self_attn.q_proj.weight"));
  EXPECT_FALSE(phi3.contains("model.layers.0.mlp.up_proj.weight"));
  const auto gemma2 = expected_tensors(tiny_config("gemma2"));
  EXPECT_EQ(gemma2.at("model.layers.1.pre_feedforward_layernorm.weight"), std::vector<int64_t>{8});
  EXPECT_EQ(gemma2.at("model.layers.1.post_feedforward_layernorm.weight"), std::vector<int64_t>{8});
  auto tied = tiny_config("llama");
  tied.tied_head = true;
  EXPECT_FALSE(expected_tensors(tied).contains("lm_head.weight"));
}

TEST_F(Weights, ReadsEveryDtype) {
  const auto config = tiny_config("llama");
  const auto expected = numbered_tensors(config);
  for (const auto stored : {at::kFloat, at::kHalf, at::kBFloat16, at::kDouble}) {
    TensorMap tensors;
    for (const auto& [name, tensor] : expected) tensors[name] = tensor.to(stored);
    write_safetensors(file("model.safetensors"), tensors);
    expect_same(load(config), expected);
    EXPECT_EQ(load(config, at::kBFloat16).at("model.norm.weight").scalar_type(), at::kBFloat16);
  }
}

TEST_F(Weights, RefusesIntegers) {
  const auto config = tiny_config("llama");
  auto tensors = numbered_tensors(config);
  tensors["model.norm.weight"] = tensors["model.norm.weight"].to(at::kInt);
  write_safetensors(file("model.safetensors"), tensors);
  EXPECT_THAT(error_of([&] { load(config); }),
              AllOf(HasSubstr("model.norm.weight"), HasSubstr("I32")));
}

TEST_F(Weights, ListsEveryDifferenceAtOnce) {
  const auto config = tiny_config("llama");
  auto tensors = numbered_tensors(config);
  tensors.erase("model.norm.weight");
  tensors.erase("lm_head.weight");
  tensors["model.layers.0.self_attn.q_proj.bias"] = at::zeros({8});
  tensors["model.layers.1.mlp.up_proj.weight"] = at::zeros({12, 9});
  tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = at::zeros({2});  // old exports
  write_safetensors(file("model.safetensors"), tensors);
  EXPECT_THAT(error_of([&] { load(config); }),
              AllOf(HasSubstr("missing (2): lm_head.weight, model.norm.weight"),
                    HasSubstr("unexpected (1): \"model.layers.0.self_attn.q_proj.bias\""),
                    HasSubstr("wrong shape (1): model.layers.1.mlp.up_proj.weight is [12, 9], "
                              "expected [12, 8]"),
                    Not(HasSubstr("inv_freq")), Not(HasSubstr("\n"))));
}

TEST_F(Weights, TiedHeadMayRepeatTheEmbedding) {
  auto config = tiny_config("llama");
  config.tied_head = true;
  const auto expected = numbered_tensors(config);
  auto tensors = expected;
  tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"];
  write_safetensors(file("model.safetensors"), tensors);
  expect_same(load(config), expected);

  tensors["lm_head.weight"] = tensors["lm_head.weight"] + 1;
  write_safetensors(file("model.safetensors"), tensors);
  EXPECT_THAT(error_of([&] { load(config); }), HasSubstr("tie_word_embeddings"));
}

// The two ways in which gemma3 files name their decoder, beside parts that see images.
TEST_F(Weights, ReadsTheDecoderOfAMultimodalModel) {
  auto config = tiny_config("gemma3_text");
  const auto expected = numbered_tensors(config);
  config.module_prefix = "model.language_model.";
  for (const bool old : {true, false}) {
    TensorMap tensors;
    for (const auto& [name, tensor] : expected) {
      const std::string fresh =
          name == "lm_head.weight" ? name
                                   : "model.language_model." + name.substr(std::size("model.") - 1);
      tensors[old ? "language_model." + name : fresh] = tensor;
    }
    const std::string image = old ? "" : "model.";
    tensors[image + "vision_tower.vision_model.encoder.weight"] = at::zeros({3});
    tensors[image + "multi_modal_projector.weight"] = at::zeros({3});
    write_safetensors(file("model.safetensors"), tensors);
    expect_same(load(config), expected);
  }
  // A text model has no such parts.
  config.module_prefix = "model.";
  EXPECT_THAT(error_of([&] { load(config); }), HasSubstr("vision_tower"));
}

TEST_F(Weights, ReadsShards) {
  const auto config = tiny_config("llama");
  const auto expected = numbered_tensors(config);
  TensorMap shards[2];
  std::string map;
  size_t next = 0;
  for (const auto& [name, tensor] : expected) {
    const size_t shard = next++ % 2;
    shards[shard][name] = tensor;
    map +=
        (map.empty() ? "\"" : ", \"") + name + "\": \"" + std::to_string(shard) + ".safetensors\"";
  }
  write_safetensors(file("0.safetensors"), shards[0]);
  write_safetensors(file("1.safetensors"), shards[1]);
  write_index("{" + map + "}");
  expect_same(load(config), expected);
  const auto sharded = weights_fingerprint(directory_.path());
  write_safetensors(file("model.safetensors"), expected);
  EXPECT_EQ(weights_fingerprint(directory_.path()), sharded);

  std::filesystem::remove(file("model.safetensors"));
  write_index("{\"lm_head.weight\": \"1.safetensors\", \"x\": \"0.safetensors\"}");
  EXPECT_THAT(error_of([&] { load(config); }), HasSubstr("does not hold it"));
}

TEST_F(Weights, RefusesPathsOutOfTheDirectory) {
  for (const std::string shard :
       {"../a.safetensors", "/etc/passwd", "sub/a.safetensors", "..", ""}) {
    write_index("{\"lm_head.weight\": \"" + shard + "\"}");
    EXPECT_THAT(error_of([&] { load(tiny_config("llama")); }), HasSubstr("beside the index"))
        << shard;
  }
  write_index("{\"lm_head.weight\": 3}");
  EXPECT_THAT(error_of([&] { load(tiny_config("llama")); }), HasSubstr("beside the index"));
  write_index("[]");
  EXPECT_THAT(error_of([&] { load(tiny_config("llama")); }), HasSubstr("weight_map"));
}

TEST_F(Weights, RefusesPicklesAndNothing) {
  const auto config = tiny_config("llama");
  EXPECT_THAT(error_of([&] { load(config); }), HasSubstr("no model.safetensors"));
  write_file_atomic(file("pytorch_model.bin"), "x");
  EXPECT_THAT(error_of([&] { load(config); }), HasSubstr("pytorch_model.bin is a pickle"));
  EXPECT_THAT(error_of([&] { load_weights(file("none"), config, at::kFloat, at::kCPU); }),
              HasSubstr("no such model"));
  EXPECT_THAT(
      error_of([&] { load_weights(file("pytorch_model.bin"), config, at::kFloat, at::kCPU); }),
      HasSubstr("not a GGUF file"));
}

// What llama.cpp's converter does to q and k: the two halves of each head's rows interleaved.
at::Tensor interleave(const at::Tensor& weight, int64_t heads) {
  return weight.view({heads, 2, weight.size(0) / heads / 2, -1})
      .transpose(1, 2)
      .reshape(weight.sizes())
      .contiguous();
}

std::string gguf_name(std::string name) {
  const std::pair<std::string, std::string> parts[] = {{"model.embed_tokens", "token_embd"},
                                                       {"model.norm", "output_norm"},
                                                       {"lm_head", "output"},
                                                       {"model.layers", "blk"},
                                                       {"self_attn.q_proj", "attn_q"},
                                                       {"self_attn.k_proj", "attn_k"},
                                                       {"self_attn.v_proj", "attn_v"},
                                                       {"self_attn.o_proj", "attn_output"},
                                                       {"self_attn.q_norm", "attn_q_norm"},
                                                       {"self_attn.k_norm", "attn_k_norm"},
                                                       {"input_layernorm", "attn_norm"},
                                                       {"post_attention_layernorm", "ffn_norm"},
                                                       {"mlp.gate_proj", "ffn_gate"},
                                                       {"mlp.up_proj", "ffn_up"},
                                                       {"mlp.down_proj", "ffn_down"}};
  for (const auto& [from, to] : parts) {
    const size_t at = name.find(from);
    if (at != std::string::npos) name.replace(at, from.size(), to);
  }
  return name;
}

TEST_F(Weights, ReadsGgufOfEveryFamily) {
  for (const std::string family : {"llama", "mistral", "qwen2", "qwen3"}) {
    auto config = tiny_config(family);
    if (family == "llama") config.qkv_bias = true;  // biases of q and k are re-ordered too
    const bool permuted = family == "llama" || family == "mistral";
    const auto expected = numbered_tensors(config);
    TensorMap stored;
    for (const auto& [name, tensor] : expected) {
      const bool q = permuted && name.find("q_proj") != std::string::npos;
      const bool k = permuted && name.find("k_proj") != std::string::npos;
      stored[gguf_name(name)] = q   ? interleave(tensor, config.heads)
                                : k ? interleave(tensor, config.kv_heads)
                                    : tensor;
    }
    write_gguf(file("model.gguf"), stored);
    expect_same(load_weights(file("model.gguf"), config, at::kFloat, at::kCPU), expected);
    EXPECT_EQ(load_weights(file("model.gguf"), config, at::kBFloat16, at::kCPU)
                  .at("lm_head.weight")
                  .scalar_type(),
              at::kBFloat16);
  }
}

TEST_F(Weights, RefusesGgufTensorsItHasNoPlaceFor) {
  const auto config = tiny_config("llama");
  TensorMap stored;
  for (const auto& [name, tensor] : numbered_tensors(config)) stored[gguf_name(name)] = tensor;
  stored["rope_freqs.weight"] = at::ones({2});
  stored["blk.01.attn_q.weight"] = at::ones({8, 8});
  write_gguf(file("model.gguf"), stored);
  EXPECT_THAT(
      error_of([&] { load_weights(file("model.gguf"), config, at::kFloat, at::kCPU); }),
      AllOf(HasSubstr("unexpected (2)"), HasSubstr("frequency factors of a GGUF file are not"),
            HasSubstr("\"blk.01.attn_q.weight\"")));
}

TEST_F(Weights, FingerprintFollowsContent) {
  const auto config = tiny_config("llama");
  auto tensors = numbered_tensors(config);
  write_safetensors(file("model.safetensors"), tensors);
  const auto first = weights_fingerprint(directory_.path());
  EXPECT_EQ(weights_fingerprint(directory_.path()), first);
  tensors["lm_head.weight"][4][4] += 1;  // a copy of the handle, the same storage
  write_safetensors(file("model.safetensors"), tensors);
  EXPECT_NE(weights_fingerprint(directory_.path()), first);
}

}  // namespace
}  // namespace braid
