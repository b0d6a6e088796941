#include "model/config_families.h"

#include <array>

#include "base/error.h"

namespace braid {
namespace {

constexpr FamilyDefaults kLlama{.family = "llama",
                                .vocab_size = 32000,
                                .hidden_size = 4096,
                                .intermediate_size = 11008,
                                .layers = 32,
                                .heads = 32,
                                .max_position = 2048,
                                .attention_bias_key = true};

constexpr FamilyDefaults kMistral{.family = "mistral",
                                  .vocab_size = 32000,
                                  .hidden_size = 4096,
                                  .intermediate_size = 14336,
                                  .layers = 32,
                                  .heads = 32,
                                  .kv_heads = 8,
                                  .max_position = 131072,
                                  .windows = WindowRule::kAllByDefault};

constexpr FamilyDefaults kQwen2{.family = "qwen2",
                                .vocab_size = 151936,
                                .hidden_size = 4096,
                                .intermediate_size = 22016,
                                .layers = 32,
                                .heads = 32,
                                .kv_heads = 32,
                                .max_position = 32768,
                                .windows = WindowRule::kFromLayerOn,
                                .qkv_bias = true};

constexpr FamilyDefaults kQwen3{.family = "qwen3",
                                .vocab_size = 151936,
                                .hidden_size = 4096,
                                .intermediate_size = 22016,
                                .layers = 32,
                                .heads = 32,
                                .kv_heads = 32,
                                .head_dim = 128,
                                .max_position = 32768,
                                .windows = WindowRule::kFromLayerOn,
                                .attention_bias_key = true,
                                .qk_norm = true};

constexpr FamilyDefaults kPhi3{.family = "phi3",
                               .vocab_size = 32064,
                               .hidden_size = 3072,
                               .intermediate_size = 8192,
                               .layers = 32,
                               .heads = 32,
                               .max_position = 4096,
                               .original_max_position = 4096,
                               .rms_norm_eps = 1e-5,
                               .windows = WindowRule::kAllWhenGiven,
                               .fused_linears = true};

constexpr FamilyDefaults kGemma{.family = "gemma",
                                .vocab_size = 256000,
                                .hidden_size = 3072,
                                .intermediate_size = 24576,
                                .layers = 28,
                                .heads = 16,
                                .kv_heads = 16,
                                .head_dim = 256,
                                .max_position = 8192,
                                .attention_bias_key = true,
                                .gemma = true};

constexpr FamilyDefaults kGemma2{.family = "gemma2",
                                 .vocab_size = 256000,
                                 .hidden_size = 2304,
                                 .intermediate_size = 9216,
                                 .layers = 26,
                                 .heads = 8,
                                 .kv_heads = 4,
                                 .head_dim = 256,
                                 .max_position = 8192,
                                 .windows = WindowRule::kEverySecond,
                                 .attention_bias_key = true,
                                 .gemma = true,
                                 .sandwich_norms = true,
                                 .query_pre_attn_scalar = 256,
                                 .score_cap = 50,
                                 .logit_cap = 30};

// attn_logit_softcapping is a field of the class, but its attention does not use it.
constexpr FamilyDefaults kGemma3{.family = "gemma3_text",
                                 .vocab_size = 262208,
                                 .hidden_size = 2304,
                                 .intermediate_size = 9216,
                                 .layers = 26,
                                 .heads = 8,
                                 .kv_heads = 4,
                                 .head_dim = 256,
                                 .max_position = 131072,
                                 .windows = WindowRule::kAllButEveryNth,
                                 .attention_bias_key = true,
                                 .qk_norm = true,
                                 .gemma = true,
                                 .sandwich_norms = true,
                                 .query_pre_attn_scalar = 256,
                                 .logit_cap = 0};

constexpr std::array kFamilies = {kLlama, kMistral, kQwen2,  kQwen3,
                                  kPhi3,  kGemma,   kGemma2, kGemma3};

}  // namespace

const FamilyDefaults& family_defaults(const ObjectReader& reader, const std::string& model_type) {
  for (const auto& family : kFamilies) {
    if (family.family == model_type) return family;
  }
  reader.error("model_type", quote(model_type) +
                                 " is not supported; supported are llama, mistral, qwen2, qwen3, "
                                 "phi3, gemma, gemma2 and gemma3_text");
}

}  // namespace braid
