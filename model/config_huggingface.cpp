// config.json. Writers leave out fields that equal the class default, so every family has its own
// defaults (config_families.cpp).
#include "model/config_huggingface.h"

#include "base/error.h"
#include "model/config_files.h"

namespace braid {
namespace {

constexpr const char* kTanhGelu = "gelu_pytorch_tanh";

void refuse_features(const Json& json, ObjectReader& reader) {
  if (reader.has("quantization_config")) {
    reader.error("quantization_config",
                 "quantised checkpoints are not supported; use the 16-bit original or a GGUF file");
  }
  if (reader.boolean("use_bidirectional_attention", false)) {
    reader.error("use_bidirectional_attention", "only causal models can be trained");
  }
  for (const char* key : {"attention_dropout", "resid_pdrop", "embd_pdrop"}) {
    if (const auto found = json.find(key);
        found != json.end() && found->is_number() && found->get<double>() != 0) {
      reader.error(key, "dropout inside the frozen base is not supported; set it to 0");
    }
  }
}

void check_architecture(ObjectReader& reader, bool multimodal) {
  if (!reader.has("architectures")) return;
  const auto architectures = reader.strings("architectures");
  if (architectures.empty() || architectures.front().ends_with("ForCausalLM")) return;
  if (multimodal && architectures.front().ends_with("ForConditionalGeneration")) return;
  reader.error("architectures",
               quote(architectures.front()) +
                   " is not a causal language model (its name must end in ForCausalLM)");
}

void read_sizes(const Json& json, ObjectReader& reader, const FamilyDefaults& family,
                ModelConfig& config) {
  config.vocab_size = reader.integer("vocab_size", family.vocab_size);
  config.hidden_size = reader.integer("hidden_size", family.hidden_size);
  config.intermediate_size = reader.integer("intermediate_size", family.intermediate_size);
  config.layers = reader.integer("num_hidden_layers", family.layers);
  if (config.layers < 1 || config.layers > 4096) {
    reader.error("num_hidden_layers", "expected 1 to 4096");
  }
  config.heads = reader.integer("num_attention_heads", family.heads);
  if (config.heads < 1) reader.error("num_attention_heads", "expected a positive integer");
  // An explicit null means one key/value head per query head; absence means the class default.
  const bool own_heads = json.contains("num_key_value_heads") || family.kv_heads == 0;
  config.kv_heads =
      reader.integer("num_key_value_heads", own_heads ? config.heads : family.kv_heads);
  config.max_position = reader.integer("max_position_embeddings", family.max_position);
  config.rms_norm_eps = reader.number("rms_norm_eps", family.rms_norm_eps);
  const int64_t head_dim =
      family.head_dim > 0 ? family.head_dim : config.hidden_size / config.heads;
  config.head_dim = reader.integer("head_dim", head_dim);
}

Activation read_activation(ObjectReader& reader, bool gemma) {
  if (!gemma) {
    const std::string name = reader.string("hidden_act", "silu");
    if (name == "silu") return Activation::kSilu;
    reader.error("hidden_act", quote(name) + " is not supported; expected \"silu\"");
  }
  // Early files say "gelu" in hidden_act, but all of Gemma was trained with the tanh form;
  // hidden_activation means what it says.
  const bool exact = reader.has("hidden_activation");
  const char* key = exact ? "hidden_activation" : "hidden_act";
  const std::string name = reader.string(key, kTanhGelu);
  if (name != kTanhGelu && (exact || name != "gelu")) {
    reader.error(key, quote(name) + " is not supported; expected " + quote(kTanhGelu));
  }
  return Activation::kGeluTanh;
}

// 0: none. `standard`: the class default; nullopt: a class that knows no such cap.
double read_cap(const Json& json, ObjectReader& reader, const char* key,
                const std::optional<double>& standard) {
  if (!reader.has(key)) return json.contains(key) ? 0 : standard.value_or(0);
  if (!standard) reader.error(key, "this family has no such cap; set it to null");
  const double cap = reader.number(key, 0);
  if (!(cap > 0)) reader.error(key, "expected a positive number or null");
  return cap;
}

void read_block(const Json& json, ObjectReader& reader, const FamilyDefaults& family,
                ModelConfig& config) {
  const bool attention_bias = family.attention_bias_key && reader.boolean("attention_bias", false);
  config.qkv_bias = family.qkv_bias || attention_bias;
  config.output_bias = attention_bias;
  config.mlp_bias = config.family == "llama" && reader.boolean("mlp_bias", false);
  config.qk_norm = family.qk_norm;
  config.fused_linears = family.fused_linears;
  config.sandwich_norms = family.sandwich_norms;
  config.offset_norms = config.scaled_embedding = family.gemma;
  config.activation = read_activation(reader, family.gemma);
  if (family.query_pre_attn_scalar > 0) {
    config.query_pre_attn_scalar =
        reader.number("query_pre_attn_scalar", family.query_pre_attn_scalar);
    if (!(config.query_pre_attn_scalar > 0)) {
      reader.error("query_pre_attn_scalar", "expected a positive number");
    }
  }
  config.score_cap = read_cap(json, reader, "attn_logit_softcapping", family.score_cap);
  config.logit_cap = read_cap(json, reader, "final_logit_softcapping", family.logit_cap);
}

// A causal model's configuration, or the text part of a multimodal one.
ModelConfig read_text_model(const Json& json, ObjectReader reader, const std::string& model_type) {
  const FamilyDefaults& family = family_defaults(reader, model_type);
  refuse_features(json, reader);
  ModelConfig config;
  config.family = std::string(family.family);
  read_sizes(json, reader, family, config);
  config.tied_head = reader.boolean("tie_word_embeddings", family.gemma);
  read_block(json, reader, family, config);
  read_rope(reader, family, config);
  config.windows = read_windows(json, reader, family.windows, config.layers);
  return config;
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
  const std::string model_type = reader.require_string("model_type");
  const bool multimodal = model_type == "gemma3";
  check_architecture(reader, multimodal);
  if (!multimodal) {
    ModelConfig config = read_text_model(json, reader, model_type);
    config.validate(path.string());
    return config;
  }
  refuse_features(json, reader);
  const auto text = reader.object("text_config");
  if (!text) reader.error("text_config", "is missing; expected the text model's configuration");
  ModelConfig config = read_text_model(json.at("text_config"), *text, "gemma3_text");
  config.tied_head = reader.boolean("tie_word_embeddings", config.tied_head);
  config.module_prefix = "model.language_model.";
  config.validate(path.string());
  return config;
}

}  // namespace braid
