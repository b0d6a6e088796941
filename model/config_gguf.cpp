// A model's shape from GGUF metadata and the tensor table.
#include <set>

#include "base/error.h"
#include "base/gguf.h"
#include "model/config_files.h"

namespace braid {
namespace {

// Mistral's files say "llama": the same block, and llama.cpp re-orders its rows alike.
const std::set<std::string> kArchitectures = {"llama", "qwen2", "qwen3"};

int64_t layer_count(const GgufFile& file, const std::string& arch) {
  const int64_t layers = file.integer(arch + ".block_count");
  if (layers < 1 || layers > 4096) {
    fail("{}: {}.block_count is {}; expected 1 to 4096", file.path().string(), arch, layers);
  }
  return layers;
}

void read_rope(const GgufFile& file, const std::string& arch, ModelConfig& config) {
  auto& rope = config.rope;
  rope.theta = file.number_or(arch + ".rope.freq_base", 10000.0);
  const int64_t width = file.integer_or(arch + ".rope.dimension_count", config.head_dim);
  rope.partial_rotary_factor = static_cast<double>(width) / static_cast<double>(config.head_dim);
  const std::string prefix = arch + ".rope.scaling.";
  const std::string type = file.string_or(prefix + "type", "none");
  if (type == "none") return;
  rope.factor = file.number_or(prefix + "factor", 1.0);
  if (type == "linear") {
    rope.type = RopeType::kLinear;
  } else if (type == "yarn") {
    rope.type = RopeType::kYarn;
    rope.original_max_position =
        file.integer_or(prefix + "original_context_length", config.max_position);
    rope.attention_factor = file.number_or(prefix + "attn_factor", 0.0);
    rope.beta_fast = file.number_or(prefix + "yarn_beta_fast", rope.beta_fast);
    rope.beta_slow = file.number_or(prefix + "yarn_beta_slow", rope.beta_slow);
  } else {
    fail("{}: {}type: {} is not supported; supported are none, linear and yarn",
         file.path().string(), prefix, quote(type));
  }
}

int64_t vocabulary_rows(const GgufFile& file) {
  const GgufTensor* embedding = file.find_tensor("token_embd.weight");
  if (embedding == nullptr || embedding->shape.size() != 2) {
    fail("{}: tensor token_embd.weight is missing or not a matrix; not a complete model",
         file.path().string());
  }
  return embedding->shape[0];
}

}  // namespace

ModelConfig gguf_config(const std::filesystem::path& path) {
  const GgufFile file(path);
  const std::string arch = file.string("general.architecture");
  if (!kArchitectures.contains(arch)) {
    fail(
        "{}: general.architecture {} is not supported in GGUF files; supported are llama (with "
        "mistral), qwen2 and qwen3; of phi3 and the gemmas give the Hugging Face directory",
        path.string(), quote(arch));
  }
  ModelConfig config;
  config.family = arch;
  config.vocab_size = vocabulary_rows(file);
  config.hidden_size = file.integer(arch + ".embedding_length");
  config.intermediate_size = file.integer(arch + ".feed_forward_length");
  config.layers = layer_count(file, arch);
  config.heads = file.integer(arch + ".attention.head_count");
  if (config.heads < 1) {
    fail("{}: {}.attention.head_count is {}; expected at least 1", path.string(), arch,
         config.heads);
  }
  config.kv_heads = file.integer_or(arch + ".attention.head_count_kv", config.heads);
  config.head_dim =
      file.integer_or(arch + ".attention.key_length", config.hidden_size / config.heads);
  if (config.head_dim < 1) fail("{}: head size is {}", path.string(), config.head_dim);
  if (file.integer_or(arch + ".attention.value_length", config.head_dim) != config.head_dim) {
    fail("{}: {}.attention.value_length differs from the key length, which is not supported",
         path.string(), arch);
  }
  if (file.integer_or(arch + ".expert_count", 0) > 0) {
    fail("{}: {}.expert_count: mixtures of experts are not supported", path.string(), arch);
  }
  config.max_position = file.integer(arch + ".context_length");
  config.rms_norm_eps = file.number(arch + ".attention.layer_norm_rms_epsilon");
  const auto has = [&](const char* name) { return file.find_tensor(name) != nullptr; };
  config.tied_head = !has("output.weight");
  config.qkv_bias = has("blk.0.attn_q.bias");
  config.output_bias = has("blk.0.attn_output.bias");
  config.mlp_bias = has("blk.0.ffn_gate.bias");
  config.qk_norm = has("blk.0.attn_q_norm.weight");
  const int64_t window = file.integer_or(arch + ".attention.sliding_window", 0);
  if (window < 0) fail("{}: {}.attention.sliding_window is negative", path.string(), arch);
  // Only mistral (architecture llama) switches the window on by giving one.
  config.windows.assign(static_cast<size_t>(config.layers), arch == "llama" ? window : 0);
  read_rope(file, arch, config);
  config.validate(path.string());
  return config;
}

}  // namespace braid
