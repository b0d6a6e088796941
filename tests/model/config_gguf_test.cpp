// A model's shape from GGUF metadata: fields of every architecture, defaults, and refusals by key.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/error.h"
#include "base/file.h"
#include "model/config.h"
#include "tests/model/model_files.h"
#include "tests/support.h"

namespace braid {
namespace {

using test::raw;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;

std::string text(const std::string& value) { return raw(uint64_t{value.size()}) + value; }

// Metadata values with their type numbers in front.
std::string u32(uint32_t value) { return raw(uint32_t{4}) + raw(value); }
std::string f32(float value) { return raw(uint32_t{6}) + raw(value); }
std::string str(const std::string& value) { return raw(uint32_t{8}) + text(value); }

struct Parts {
  std::map<std::string, std::string> metadata;
  std::vector<std::string> tensors;  // names; all are [10, 8] float32 and share one blob of zeros
};

Parts parts(const std::string& arch) {
  return {{{"general.architecture", str(arch)},
           {arch + ".block_count", u32(2)},
           {arch + ".embedding_length", u32(8)},
           {arch + ".feed_forward_length", u32(12)},
           {arch + ".attention.head_count", u32(2)},
           {arch + ".context_length", u32(64)},
           {arch + ".attention.layer_norm_rms_epsilon", f32(1e-5f)}},
          {"token_embd.weight"}};
}

class GgufMetadata : public ::testing::Test {
 protected:
  ModelConfig load(const Parts& parts) {
    constexpr size_t kTensorBytes = 10 * 8 * sizeof(float);  // a multiple of the alignment
    std::string bytes = "GGUF" + raw(uint32_t{3}) + raw(uint64_t{parts.tensors.size()}) +
                        raw(uint64_t{parts.metadata.size()});
    for (const auto& [key, value] : parts.metadata) bytes += text(key) + value;
    uint64_t offset = 0;
    for (const auto& name : parts.tensors) {
      bytes += text(name) + raw(uint32_t{2}) + raw(uint64_t{8}) + raw(uint64_t{10}) +
               raw(uint32_t{0}) + raw(offset);
      offset += kTensorBytes;
    }
    bytes.resize((bytes.size() + 31) / 32 * 32 + offset);
    write_file_atomic(path_, bytes);
    return load_model_config(path_);
  }
  std::string error_of(const Parts& parts) {
    return test::error_of([&] { load(parts); });
  }

  const test::TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_.path() / "model.gguf";
};

TEST_F(GgufMetadata, SmallestFile) {
  const auto config = load(parts("llama"));
  EXPECT_EQ(config.family, "llama");
  EXPECT_EQ(config.vocab_size, 10);  // the rows of the embedding
  EXPECT_EQ(config.hidden_size, 8);
  EXPECT_EQ(config.intermediate_size, 12);
  EXPECT_EQ(config.layers, 2);
  EXPECT_EQ(config.heads, 2);
  EXPECT_EQ(config.kv_heads, 2);
  EXPECT_EQ(config.head_dim, 4);
  EXPECT_EQ(config.max_position, 64);
  EXPECT_TRUE(config.tied_head);
  EXPECT_FALSE(config.qkv_bias || config.output_bias || config.mlp_bias || config.qk_norm);
  EXPECT_EQ(config.rope.type, RopeType::kDefault);
  EXPECT_EQ(config.rope.theta, 10000.0);
  EXPECT_THAT(config.windows, Each(0));
}

TEST_F(GgufMetadata, TensorsDecideOnTheSwitches) {
  auto qwen2 = parts("qwen2");
  qwen2.tensors.insert(qwen2.tensors.end(), {"output.weight", "blk.0.attn_q.bias"});
  EXPECT_TRUE(load(qwen2).qkv_bias);
  EXPECT_FALSE(load(qwen2).tied_head);
  auto qwen3 = parts("qwen3");
  qwen3.tensors.push_back("blk.0.attn_q_norm.weight");
  EXPECT_TRUE(load(qwen3).qk_norm);
  EXPECT_FALSE(load(qwen3).qkv_bias);
}

TEST_F(GgufMetadata, HeadsRopeAndWindows) {
  auto file = parts("llama");
  file.metadata["llama.attention.head_count_kv"] = u32(1);
  file.metadata["llama.attention.key_length"] = u32(6);
  file.metadata["llama.attention.value_length"] = u32(6);
  file.metadata["llama.attention.sliding_window"] = u32(5);
  file.metadata["llama.rope.freq_base"] = f32(5e5f);
  file.metadata["llama.rope.scaling.type"] = str("yarn");
  file.metadata["llama.rope.scaling.factor"] = f32(4);
  file.metadata["llama.rope.scaling.original_context_length"] = u32(16);
  const auto config = load(file);
  EXPECT_EQ(config.kv_heads, 1);
  EXPECT_EQ(config.head_dim, 6);
  EXPECT_EQ(config.rope.theta, 5e5);
  EXPECT_EQ(config.rope.type, RopeType::kYarn);
  EXPECT_EQ(config.rope.factor, 4.0);
  EXPECT_EQ(config.rope.original_max_position, 16);
  EXPECT_THAT(config.windows, Each(5));

  auto linear = parts("qwen2");
  linear.metadata["qwen2.rope.scaling.type"] = str("linear");
  linear.metadata["qwen2.rope.scaling.factor"] = f32(2);
  EXPECT_EQ(load(linear).rope.type, RopeType::kLinear);
  EXPECT_EQ(load(linear).rope.factor, 2.0);
}

TEST_F(GgufMetadata, RefusesByKey) {
  for (const std::string arch : {"gemma2", "phi3", "qwen2moe", "gpt2"}) {
    EXPECT_THAT(error_of(parts(arch)), AllOf(HasSubstr("\"" + arch + "\""), HasSubstr("qwen3")));
  }
  const std::pair<std::string, std::string> cases[] = {
      {"llama.expert_count", u32(8)},           {"llama.block_count", u32(0)},
      {"llama.block_count", u32(4000000000)},   {"llama.attention.head_count", u32(0)},
      {"llama.attention.value_length", u32(6)}, {"llama.rope.scaling.type", str("longrope")},
      {"llama.embedding_length", str("8")}};
  for (const auto& [key, value] : cases) {
    auto file = parts("llama");
    file.metadata[key] = value;
    EXPECT_THAT(error_of(file), AllOf(HasSubstr("model.gguf"), HasSubstr(key)));
  }
  for (const std::string key : {"general.architecture", "llama.embedding_length",
                                "llama.attention.layer_norm_rms_epsilon"}) {
    auto file = parts("llama");
    file.metadata.erase(key);
    EXPECT_THAT(error_of(file), HasSubstr(key));
  }
  auto file = parts("llama");
  file.tensors = {"output.weight"};
  EXPECT_THAT(error_of(file), HasSubstr("token_embd.weight"));
}

}  // namespace
}  // namespace braid
