// config.json. Writers leave out fields that equal the class default, so every family has its own
// defaults here (transformers' configuration classes).
#include <algorithm>

#include "base/error.h"
#include "base/json.h"
#include "model/config_files.h"

namespace braid {
namespace {

struct FamilyDefaults {
  std::string_view family;
  int64_t vocab_size, hidden_size, intermediate_size, layers, heads, kv_heads;  // kv 0: heads
  int64_t head_dim;                                                             // 0: hidden / heads
  int64_t max_position;
  bool attention_bias_key;  // `attention_bias` is a field of the class
  bool qkv_bias;            // always there
  bool qk_norm;
};
constexpr FamilyDefaults kFamilies[] = {
    {"llama", 32000, 4096, 11008, 32, 32, 0, 0, 2048, true, false, false},
    {"mistral", 32000, 4096, 14336, 32, 32, 8, 0, 131072, false, false, false},
    {"qwen2", 151936, 4096, 22016, 32, 32, 32, 0, 32768, false, true, false},
    {"qwen3", 151936, 4096, 22016, 32, 32, 32, 128, 32768, true, false, true},
};
constexpr int64_t kDefaultWindow = 4096;
constexpr int64_t kDefaultMaxWindowLayers = 28;

const FamilyDefaults& family_defaults(ObjectReader& reader) {
  const std::string type = reader.require_string("model_type");
  for (const auto& family : kFamilies) {
    if (family.family == type) return family;
  }
  reader.error("model_type",
               quote(type) + " is not supported; supported are llama, mistral, qwen2 and qwen3");
}

void refuse_features(const Json& json, ObjectReader& reader) {
  if (reader.has("quantization_config")) {
    reader.error("quantization_config",
                 "quantised checkpoints are not supported; use the 16-bit original or a GGUF file");
  }
  if (reader.boolean("use_bidirectional_attention", false)) {
    reader.error("use_bidirectional_attention", "only causal models can be trained");
  }
  if (const Json* names = reader.find("architectures"); names != nullptr) {
    const auto architectures = reader.strings("architectures");
    if (!architectures.empty() && !architectures.front().ends_with("ForCausalLM")) {
      reader.error("architectures",
                   quote(architectures.front()) +
                       " is not a causal language model (its name must end in ForCausalLM)");
    }
  }
  if (const auto found = json.find("attention_dropout");
      found != json.end() && found->is_number() && found->get<double>() != 0) {
    reader.error("attention_dropout",
                 "dropout inside the frozen base is not supported; set it to 0");
  }
}

RopeType rope_type(const ObjectReader& reader, const std::string& name) {
  if (name == "default") return RopeType::kDefault;
  if (name == "linear") return RopeType::kLinear;
  if (name == "dynamic") return RopeType::kDynamic;
  if (name == "llama3") return RopeType::kLlama3;
  if (name == "yarn") return RopeType::kYarn;
  reader.error("rope_type", quote(name) +
                                " is not supported; supported are default, linear, dynamic, llama3 "
                                "and yarn");
}

double required_factor(ObjectReader& rope) {
  if (!rope.has("factor")) rope.error("factor", "is missing");
  return rope.number("factor", 1.0);
}

// The scaling parameters of one rope dictionary, whichever of its two names it has.
void read_scaling(ObjectReader rope, int64_t top_level_original, ModelConfig& config) {
  auto& out = config.rope;
  out.type = rope_type(rope, rope.string("rope_type", rope.string("type", "default")));
  out.theta = rope.number("rope_theta", out.theta);
  out.partial_rotary_factor = rope.number("partial_rotary_factor", out.partial_rotary_factor);
  if (out.type == RopeType::kDefault) return;
  out.factor = required_factor(rope);
  if (out.type == RopeType::kLlama3) {
    out.low_freq_factor = rope.number("low_freq_factor", out.low_freq_factor);
    out.high_freq_factor = rope.number("high_freq_factor", out.high_freq_factor);
  }
  if (out.type == RopeType::kYarn) {
    out.beta_fast = rope.number("beta_fast", out.beta_fast);
    out.beta_slow = rope.number("beta_slow", out.beta_slow);
    out.attention_factor = rope.number("attention_factor", 0.0);
    out.mscale = rope.number("mscale", 0.0);
    out.mscale_all_dim = rope.number("mscale_all_dim", 0.0);
    out.truncate = rope.boolean("truncate", true);
  }
  const int64_t own = rope.integer("original_max_position_embeddings", config.max_position);
  out.original_max_position = top_level_original > 0 ? top_level_original : own;
}

void read_rope(ObjectReader& reader, ModelConfig& config) {
  config.rope.theta = reader.number("rope_theta", config.rope.theta);
  config.rope.partial_rotary_factor = reader.number("partial_rotary_factor", 1.0);
  const int64_t original = reader.integer("original_max_position_embeddings", 0);
  for (const char* key : {"rope_parameters", "rope_scaling"}) {
    auto rope = reader.object(key);
    if (!rope) continue;
    if (rope->has("full_attention") || rope->has("sliding_attention")) {
      reader.error(key, "a rope of its own for each kind of layer is not supported");
    }
    read_scaling(*rope, original, config);
    return;
  }
}

// Explicit layer types, or the family's rule.
std::vector<int64_t> read_windows(const Json& json, ObjectReader& reader,
                                  const ModelConfig& config) {
  const bool mistral = config.family == "mistral", qwen = config.family.starts_with("qwen");
  std::vector<int64_t> windows(static_cast<size_t>(config.layers), 0);
  // null switches the window off, absence means the default: ObjectReader does not tell them apart.
  const bool off = json.contains("sliding_window") && json.at("sliding_window").is_null();
  const bool active = !off && (mistral || (qwen && reader.boolean("use_sliding_window", false)));
  const int64_t window = reader.integer("sliding_window", kDefaultWindow);
  if (active && window < 1) reader.error("sliding_window", "expected a positive integer or null");
  const auto types = reader.strings("layer_types");
  if (!types.empty() && types.size() != windows.size()) {
    reader.error("layer_types",
                 fmt::format("{} entries for {} layers", types.size(), windows.size()));
  }
  const int64_t first = qwen ? reader.integer("max_window_layers", kDefaultMaxWindowLayers) : 0;
  for (int64_t i = 0; i < config.layers; ++i) {
    const auto index = static_cast<size_t>(i);
    bool slides = active && i >= first;
    if (!types.empty()) {
      if (types[index] != "full_attention" && types[index] != "sliding_attention") {
        reader.error("layer_types", quote(types[index]) + " is not supported");
      }
      slides = types[index] == "sliding_attention";
      if (slides && (off || !active)) {
        reader.error("layer_types", "sliding_attention, but sliding_window is switched off");
      }
    }
    windows[index] = slides ? window : 0;
  }
  return windows;
}

void read_sizes(ObjectReader& reader, const FamilyDefaults& family, ModelConfig& config) {
  config.vocab_size = reader.integer("vocab_size", family.vocab_size);
  config.hidden_size = reader.integer("hidden_size", family.hidden_size);
  config.intermediate_size = reader.integer("intermediate_size", family.intermediate_size);
  config.layers = reader.integer("num_hidden_layers", family.layers);
  config.heads = reader.integer("num_attention_heads", family.heads);
  if (config.heads < 1) reader.error("num_attention_heads", "expected a positive integer");
  config.max_position = reader.integer("max_position_embeddings", family.max_position);
  config.rms_norm_eps = reader.number("rms_norm_eps", config.rms_norm_eps);
  const int64_t head_dim =
      family.head_dim > 0 ? family.head_dim : config.hidden_size / config.heads;
  config.head_dim = reader.integer("head_dim", head_dim);
}

}  // namespace

ModelConfig huggingface_config(const std::filesystem::path& directory) {
  const auto path = directory / "config.json";
  if (!std::filesystem::exists(path)) {
    fail(
        "{}: no config.json; give a complete Hugging Face directory, or a GGUF file by its own "
        "path",
        directory.string());
  }
  const Json json = read_json_file(path);
  ObjectReader reader(json, path.string());
  const FamilyDefaults& family = family_defaults(reader);
  refuse_features(json, reader);

  ModelConfig config;
  config.family = std::string(family.family);
  read_sizes(reader, family, config);
  // An explicit null means one key/value head per query head; absence means the class default.
  const bool own_heads = json.contains("num_key_value_heads") || family.kv_heads == 0;
  config.kv_heads =
      reader.integer("num_key_value_heads", own_heads ? config.heads : family.kv_heads);
  config.tied_head = reader.boolean("tie_word_embeddings", false);
  const bool attention_bias = family.attention_bias_key && reader.boolean("attention_bias", false);
  config.qkv_bias = family.qkv_bias || attention_bias;
  config.output_bias = attention_bias;
  config.mlp_bias = config.family == "llama" && reader.boolean("mlp_bias", false);
  config.qk_norm = family.qk_norm;
  config.activation = reader.string("hidden_act", "silu");
  if (config.activation != "silu") {
    reader.error("hidden_act", quote(config.activation) + " is not supported; expected \"silu\"");
  }
  if (config.layers < 1 || config.layers > 4096) {
    reader.error("num_hidden_layers", "expected 1 to 4096");
  }
  read_rope(reader, config);
  config.windows = read_windows(json, reader, config);
  config.validate(path.string());
  return config;
}

}  // namespace braid
