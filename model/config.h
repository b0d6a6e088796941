// What a decoder-only transformer looks like: one parameterised block covers llama, mistral, qwen2,
// qwen3, phi3, gemma, gemma2 and gemma3's text model.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "model/ops/activation.h"

namespace braid {

enum class RopeType { kDefault, kLinear, kDynamic, kLlama3, kYarn, kLongRope };

// Fields and formulas: transformers' rope utilities; unused fields keep their defaults.
struct RopeConfig {
  RopeType type = RopeType::kDefault;
  double theta = 10000.0;
  double factor = 1.0;
  double low_freq_factor = 1.0, high_freq_factor = 4.0;  // llama3
  int64_t original_max_position = 0;                     // llama3, yarn, longrope
  double beta_fast = 32.0, beta_slow = 1.0;              // yarn
  double attention_factor = 0.0;                         // yarn, longrope; 0: from factor / mscale
  double mscale = 0.0, mscale_all_dim = 0.0;             // yarn
  bool truncate = true;                                  // yarn
  std::vector<double> short_factor, long_factor;         // longrope: divisors of the frequencies
  double partial_rotary_factor = 1.0;

  // Leading components of a head that are rotated.
  int64_t width(int64_t head_dim) const;
  // Whether frequencies depend on how long a sequence is.
  bool follows_length() const { return type == RopeType::kDynamic || type == RopeType::kLongRope; }
  // Whether a sequence of length + 1 tokens is rotated otherwise from its first token on, so that
  // keys cached at `length` are of no use. (The dynamic type changes only beyond the context.)
  bool changes_behind(int64_t length) const {
    return type == RopeType::kLongRope && length == original_max_position;
  }
};

struct ModelConfig {
  std::string family;  // model_type: "llama", "mistral", "qwen2", "qwen3", "phi3", "gemma", ...
  int64_t vocab_size = 0, hidden_size = 0, intermediate_size = 0;
  int64_t layers = 0, heads = 0, kv_heads = 0, head_dim = 0;
  int64_t max_position = 0;
  double rms_norm_eps = 1e-6;
  bool tied_head = false;
  // Where the decoder lies among the modules of the model that config.json describes: adapters name
  // linears by it. (Weights are called "model." everywhere.)
  std::string module_prefix = "model.";
  bool qkv_bias = false, output_bias = false, mlp_bias = false;
  bool qk_norm = false;           // RMSNorm over head_dim on q and k before RoPE
  bool fused_linears = false;     // phi3: one qkv_proj, one gate_up_proj
  bool sandwich_norms = false;    // gemma2, gemma3: norms behind attention and MLP, too
  bool offset_norms = false;      // gemma: norms multiply by 1 + w in float32, then round
  bool scaled_embedding = false;  // gemma: times sqrt(hidden_size), rounded to the weights' dtype
  Activation activation = Activation::kSilu;
  double query_pre_attn_scalar = 0;     // scores are divided by its root; 0: head_dim
  double score_cap = 0, logit_cap = 0;  // cap * tanh(x / cap) on scores and logits; 0: none
  RopeConfig rope;
  std::optional<RopeConfig> window_rope;  // of the layers with a window, where it is another
  std::vector<int64_t>
      windows;  // per layer: sliding window in keys including the query's own, 0 = full causal

  int64_t rotary_width() const { return rope.width(head_dim); }
  double attention_scale() const;
  bool follows_length() const {
    return rope.follows_length() || (window_rope && window_rope->follows_length());
  }
  bool changes_behind(int64_t length) const {
    return rope.changes_behind(length) || (window_rope && window_rope->changes_behind(length));
  }

  void validate(const std::string& where) const;  // Error on impossible sizes
};

// From a Hugging Face directory's config.json, or from a GGUF file's metadata. Other families are
// refused by name, as are quantised checkpoints and features the block has no switch for. Of a
// multimodal gemma3, its text model.
ModelConfig load_model_config(const std::filesystem::path& model_path);

}  // namespace braid
