// Tiny models and adapters whose tensors follow a closed formula, the same as in
// scripts/golden/formula.py, so that golden numbers need no stored weights.
#pragma once

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <string>
#include <string_view>

#include "base/json.h"
#include "model/lora.h"
#include "model/model.h"
#include "tests/model/model_files.h"
#include "tests/support.h"

namespace braid::test {

inline uint64_t fnv1a64(std::string_view text) {
  uint64_t value = 0xCBF29CE484222325;
  for (const unsigned char byte : text) value = (value ^ byte) * 0x100000001B3;
  return value;
}

// The top eight bits of SplitMix64 at position index + 1 of the stream that starts at `start`.
inline int64_t formula_byte(uint64_t start, int64_t index) {
  uint64_t z = start + (static_cast<uint64_t>(index) + 1) * 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return static_cast<int64_t>((z ^ (z >> 31)) >> 56);
}

// Float32 values that bfloat16 holds exactly. `scale` applies to the linears inside the model.
inline at::Tensor formula_tensor(const std::string& name, at::IntArrayRef shape, double scale) {
  const bool norm = name.find("norm") != std::string::npos;
  if (name == "model.embed_tokens.weight") scale = 1.0;
  if (name == "lm_head.weight") scale = 0.5;
  auto tensor = at::empty(shape, at::TensorOptions(at::kFloat));
  float* data = tensor.mutable_data_ptr<float>();
  const uint64_t start = fnv1a64(name);
  for (int64_t i = 0; i < tensor.numel(); ++i) {
    const int64_t k = formula_byte(start, i);
    data[i] = static_cast<float>(norm ? 0.75 + static_cast<double>(k >> 2) / 128
                                      : static_cast<double>(2 * k - 255) / 256 * scale);
  }
  return tensor;
}

// A Hugging Face directory with this config.json and formula weights, loaded the way users' models
// are.
inline LoadedModel formula_model(const Json& config, double scale,
                                 at::ScalarType dtype = at::kFloat) {
  const TemporaryDirectory directory;
  write_file_atomic(directory.path() / "config.json", config.dump());
  TensorMap tensors;
  for (const auto& [name, shape] : expected_tensors(load_model_config(directory.path()))) {
    tensors[name] = formula_tensor(name, shape, scale);
  }
  write_safetensors(directory.path() / "model.safetensors", tensors);
  return load_model(directory.path(), dtype, at::kCPU);
}

// Nonzero A and B.
inline Adapter formula_adapter(const ModelConfig& config, const LoraConfig& lora, double scale) {
  Adapter adapter(config, lora, /*seed=*/0, at::kCPU);
  const at::NoGradGuard no_grad;
  for (const auto& [module, pair] : adapter.pairs()) {
    pair.a.copy_(formula_tensor(module + ".lora_A", pair.a.sizes(), scale));
    pair.b.copy_(formula_tensor(module + ".lora_B", pair.b.sizes(), scale));
  }
  return adapter;
}

// A small model of each family, with windows, biases, grouped heads and head sizes of its own. All
// but the shortest sequences are beyond phi3's original context.
inline Json tiny_config_json(const std::string& family) {
  Json config = {{"model_type", family},       {"vocab_size", 40},
                 {"hidden_size", 16},          {"intermediate_size", 24},
                 {"num_hidden_layers", 2},     {"num_attention_heads", 4},
                 {"num_key_value_heads", 2},   {"max_position_embeddings", 64},
                 {"tie_word_embeddings", true}};
  if (family == "mistral") config.update({{"head_dim", 8}, {"sliding_window", 5}});
  if (family == "qwen2") {
    config.update({{"use_sliding_window", true}, {"sliding_window", 4}, {"max_window_layers", 1}});
  }
  if (family == "qwen3") {
    config.update({{"head_dim", 12}, {"tie_word_embeddings", false}, {"attention_bias", true}});
  }
  if (family == "phi3") {
    config.update({{"original_max_position_embeddings", 2},
                   {"sliding_window", 9},
                   {"rope_scaling",
                    {{"type", "longrope"}, {"short_factor", {1, 1.5}}, {"long_factor", {2, 6}}}}});
  }
  if (family.starts_with("gemma")) config.update({{"head_dim", 8}});
  if (family == "gemma2") {
    config.update({{"query_pre_attn_scalar", 5},
                   {"sliding_window", 6},
                   {"attn_logit_softcapping", 1.5},
                   {"final_logit_softcapping", 5.0}});
  }
  if (family == "gemma3_text") {
    config.update({{"sliding_window", 5}, {"sliding_window_pattern", 2}, {"rope_theta", 500.0}});
  }
  return config;
}

}  // namespace braid::test
