// Entry point of configuration loading, and the checks that hold for every source.
#include "model/config.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/gguf.h"
#include "model/config_files.h"

namespace braid {
namespace {

// Far above any published model; keeps products of two sizes inside 64 bits.
constexpr int64_t kLargestSize = int64_t{1} << 28;
constexpr int64_t kMostLayers = 4096;

void validate_long_rope(const RopeConfig& rope, int64_t head_dim, const std::string& where) {
  const auto wanted = static_cast<size_t>(rope.width(head_dim) / 2);
  for (const auto& [factors, key] : {std::pair(&rope.short_factor, "short_factor"),
                                     std::pair(&rope.long_factor, "long_factor")}) {
    if (factors->size() != wanted) {
      fail("{}: {} has {} entries; expected {}, one per rotary frequency", where, key,
           factors->size(), wanted);
    }
    if (std::ranges::any_of(*factors, [](double f) { return !(f > 0); })) {
      fail("{}: {} has entries that are not above 0", where, key);
    }
  }
}

void validate_rope(const RopeConfig& rope, int64_t head_dim, const std::string& where) {
  if (!(rope.partial_rotary_factor > 0 && rope.partial_rotary_factor <= 1)) {
    fail("{}: partial_rotary_factor is {}; expected above 0, at most 1", where,
         rope.partial_rotary_factor);
  }
  const int64_t width = rope.width(head_dim);
  if (width % 2 != 0 || width < 2) {
    fail("{}: rotary width {} must be even and at least 2", where, width);
  }
  if (!(rope.theta > 1)) fail("{}: rope_theta is {}; expected above 1", where, rope.theta);
  if (!(rope.factor >= 1)) fail("{}: rope factor is {}; expected at least 1", where, rope.factor);
  if (rope.type == RopeType::kLlama3 && !(rope.low_freq_factor < rope.high_freq_factor)) {
    fail("{}: low_freq_factor {} must be below high_freq_factor {}", where, rope.low_freq_factor,
         rope.high_freq_factor);
  }
  const bool scaled = rope.type == RopeType::kLlama3 || rope.type == RopeType::kYarn ||
                      rope.type == RopeType::kLongRope;
  // The logarithm of longrope's is a divisor.
  const int64_t least = rope.type == RopeType::kLongRope ? 2 : 1;
  if (scaled && rope.original_max_position < least) {
    fail("{}: original_max_position_embeddings is {}; expected at least {}", where,
         rope.original_max_position, least);
  }
  if (rope.type == RopeType::kLongRope) validate_long_rope(rope, head_dim, where);
}

}  // namespace

void ModelConfig::validate(const std::string& where) const {
  const auto positive = [&](int64_t value, const char* key, int64_t most = kLargestSize) {
    if (value >= 1 && value <= most) return;
    fail("{}: {} is {}; expected 1 to {}", where, key, value, most);
  };
  positive(vocab_size, "vocab_size");
  positive(hidden_size, "hidden_size");
  positive(intermediate_size, "intermediate_size");
  positive(layers, "num_hidden_layers", kMostLayers);
  positive(heads, "num_attention_heads");
  positive(kv_heads, "num_key_value_heads");
  positive(head_dim, "head_dim", 4096);
  positive(max_position, "max_position_embeddings");
  if (heads % kv_heads != 0) {
    fail("{}: num_attention_heads {} is not a multiple of num_key_value_heads {}", where, heads,
         kv_heads);
  }
  if (!(rms_norm_eps > 0)) fail("{}: rms_norm_eps is {}; expected above 0", where, rms_norm_eps);
  if (!(query_pre_attn_scalar >= 0 && score_cap >= 0 && logit_cap >= 0)) {
    fail("{}: query_pre_attn_scalar and the soft-caps must be above 0", where);
  }
  validate_rope(rope, head_dim, where);
  if (window_rope) validate_rope(*window_rope, head_dim, where);
}

int64_t RopeConfig::width(int64_t head_dim) const {
  return static_cast<int64_t>(static_cast<double>(head_dim) * partial_rotary_factor);
}

double ModelConfig::attention_scale() const {
  const double scalar =
      query_pre_attn_scalar > 0 ? query_pre_attn_scalar : static_cast<double>(head_dim);
  return 1.0 / std::sqrt(scalar);
}

ModelConfig load_model_config(const std::filesystem::path& model_path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(model_path, ignored)) return huggingface_config(model_path);
  if (!std::filesystem::exists(model_path, ignored)) {
    fail("{}: no such model; give a Hugging Face directory or a GGUF file", model_path.string());
  }
  if (is_gguf(model_path)) return gguf_config(model_path);
  fail("{}: not a GGUF file; give a GGUF file or the directory that holds config.json",
       model_path.string());
}

}  // namespace braid
