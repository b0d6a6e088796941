// What transformers' configuration classes leave out of config.json: the defaults of each family.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/json.h"

namespace braid {

// Which layers have a window when config.json does not list them.
enum class WindowRule {
  kNone,
  kAllWhenGiven,    // sliding_window null or absent: none
  kAllByDefault,    // sliding_window null: none; absent: the class default
  kFromLayerOn,     // use_sliding_window, from max_window_layers on
  kEverySecond,     // layers 0, 2, 4, ...
  kAllButEveryNth,  // sliding_window_pattern
};

struct FamilyDefaults {
  std::string_view family;
  int64_t vocab_size, hidden_size, intermediate_size, layers, heads;
  int64_t kv_heads = 0;  // 0: heads
  int64_t head_dim = 0;  // 0: hidden / heads
  int64_t max_position = 0;
  int64_t original_max_position = 0;  // 0: not a field of the class
  double rms_norm_eps = 1e-6;
  WindowRule windows = WindowRule::kNone;
  bool attention_bias_key = false;  // `attention_bias` is a field of the class
  bool qkv_bias = false;            // always there
  bool qk_norm = false;
  bool fused_linears = false;
  bool gemma = false;  // tied head, offset norms, scaled embedding, GELU
  bool sandwich_norms = false;
  double query_pre_attn_scalar = 0;
  // nullopt: not a field of the class; 0: null.
  std::optional<double> score_cap = std::nullopt, logit_cap = std::nullopt;
};

// By `model_type`; Error that names the supported ones otherwise.
const FamilyDefaults& family_defaults(const ObjectReader& reader, const std::string& model_type);

}  // namespace braid
