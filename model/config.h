// What a decoder-only transformer looks like: one parameterised block covers llama, mistral, qwen2
// and qwen3.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace braid {

enum class RopeType { kDefault, kLinear, kDynamic, kLlama3, kYarn };

// Fields and formulas: transformers' rope utilities; unused fields keep their defaults.
struct RopeConfig {
  RopeType type = RopeType::kDefault;
  double theta = 10000.0;
  double factor = 1.0;
  double low_freq_factor = 1.0, high_freq_factor = 4.0;  // llama3
  int64_t original_max_position = 0;                     // llama3, yarn
  double beta_fast = 32.0, beta_slow = 1.0;              // yarn
  double attention_factor = 0.0;                         // yarn; 0: from factor / mscale
  double mscale = 0.0, mscale_all_dim = 0.0;             // yarn
  bool truncate = true;                                  // yarn
  double partial_rotary_factor = 1.0;
};

struct ModelConfig {
  std::string family;  // "llama", "mistral", "qwen2", "qwen3"
  int64_t vocab_size = 0, hidden_size = 0, intermediate_size = 0;
  int64_t layers = 0, heads = 0, kv_heads = 0, head_dim = 0;
  int64_t max_position = 0;
  double rms_norm_eps = 1e-6;
  bool tied_head = false;
  bool qkv_bias = false, output_bias = false, mlp_bias = false;
  bool qk_norm = false;  // RMSNorm over head_dim on q and k before RoPE
  std::string activation = "silu";
  RopeConfig rope;
  std::vector<int64_t>
      windows;  // per layer: sliding window in keys including the query's own, 0 = full causal

  int64_t rotary_width() const;  // leading components of a head that are rotated

  void validate(const std::string& where) const;  // Error on impossible sizes
};

// From a Hugging Face directory's config.json, or from a GGUF file's metadata. Families other than
// the four are refused by name, as are quantised checkpoints and features the block has no switch
// for.
ModelConfig load_model_config(const std::filesystem::path& model_path);

}  // namespace braid
