// Base weights: which tensors a config needs, the strict comparison with what the files hold, and
// loading.
#include "model/weights.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/gguf.h"
#include "base/stop.h"
#include "model/tensor_differences.h"
#include "model/weights_files.h"

namespace braid {
namespace {

constexpr const char* kEmbedding = "model.embed_tokens.weight";
constexpr const char* kHead = "lm_head.weight";

using Shapes = std::map<std::string, std::vector<int64_t>>;
using Table = std::map<std::string, const StoredTensor*>;

void add_linear(Shapes& shapes, const std::string& path, int64_t out, int64_t in, bool bias) {
  shapes[path + ".weight"] = {out, in};
  if (bias) shapes[path + ".bias"] = {out};
}

void add_layer(Shapes& shapes, const ModelConfig& config, const std::string& layer) {
  const int64_t hidden = config.hidden_size, inner = config.intermediate_size;
  const int64_t queries = config.heads * config.head_dim;
  const int64_t keys = config.kv_heads * config.head_dim;
  shapes[layer + ".input_layernorm.weight"] = {hidden};
  shapes[layer + ".post_attention_layernorm.weight"] = {hidden};
  if (config.sandwich_norms) {
    shapes[layer + ".pre_feedforward_layernorm.weight"] = {hidden};
    shapes[layer + ".post_feedforward_layernorm.weight"] = {hidden};
  }
  const std::string attention = layer + ".self_attn";
  if (config.fused_linears) {
    add_linear(shapes, attention + ".qkv_proj", queries + 2 * keys, hidden, config.qkv_bias);
    add_linear(shapes, layer + ".mlp.gate_up_proj", 2 * inner, hidden, config.mlp_bias);
  } else {
    add_linear(shapes, attention + ".q_proj", queries, hidden, config.qkv_bias);
    add_linear(shapes, attention + ".k_proj", keys, hidden, config.qkv_bias);
    add_linear(shapes, attention + ".v_proj", keys, hidden, config.qkv_bias);
    add_linear(shapes, layer + ".mlp.gate_proj", inner, hidden, config.mlp_bias);
    add_linear(shapes, layer + ".mlp.up_proj", inner, hidden, config.mlp_bias);
  }
  add_linear(shapes, attention + ".o_proj", hidden, queries, config.output_bias);
  if (config.qk_norm) {
    shapes[attention + ".q_norm.weight"] = {config.head_dim};
    shapes[attention + ".k_norm.weight"] = {config.head_dim};
  }
  add_linear(shapes, layer + ".mlp.down_proj", hidden, inner, config.mlp_bias);
}

// Buffers that old exports wrote although they follow from the config.
bool is_leftover(const std::string& name) {
  return name.ends_with(".rotary_emb.inv_freq") || name.ends_with(".masked_bias");
}

// A multimodal checkpoint's name of a tensor of its decoder, brought to the name in a text model;
// "" for the parts that see images.
std::string text_name(const std::string& name) {
  constexpr std::array kImageParts = {"vision_tower.", "multi_modal_projector."};
  const std::string inside = name.starts_with("model.") ? name.substr(6) : name;
  for (const char* part : kImageParts) {
    if (inside.starts_with(part)) return "";
  }
  // Before and since transformers 4.52.
  constexpr std::string_view kOld = "language_model.", kNew = "model.language_model.";
  if (name.starts_with(kNew)) return "model." + name.substr(kNew.size());
  return name.starts_with(kOld) ? name.substr(kOld.size()) : name;
}

std::string describe_unexpected(const std::string& name) {
  if (name != "rope_freqs.weight") return quote(name);
  return "\"rope_freqs.weight\" (frequency factors of a GGUF file are not supported: use the "
         "Hugging Face directory of this model)";
}

// Tensors by name, after comparison with `expected`. With a tied head the files may hold a copy of
// the embedding as the head, and it must be one.
Table match_tensors(const WeightFiles& files, const Shapes& expected, const ModelConfig& config) {
  const bool tied = config.tied_head, multimodal = config.module_prefix != "model.";
  Table table;
  TensorDifferences differences;
  for (const auto& tensor : files.tensors()) {
    const std::string name = multimodal ? text_name(tensor.name) : tensor.name;
    if (name.empty() || is_leftover(name)) continue;
    const auto wanted = expected.find(name);
    const bool copy_of_embedding = tied && name == kHead;
    if ((wanted == expected.end() && !copy_of_embedding) || !table.emplace(name, &tensor).second) {
      differences.unexpected.push_back(describe_unexpected(tensor.name));
    } else if (!copy_of_embedding && wanted->second != tensor.shape) {
      differences.add_misshapen(name, tensor.shape, wanted->second);
    }
  }
  for (const auto& [name, shape] : expected) {
    if (!table.contains(name)) differences.missing.push_back(name);
  }
  differences.require_none(files.where(), "use the weights that belong to this config");

  const auto head = table.find(kHead);
  if (tied && head != table.end()) {
    const auto& copy = *head->second;
    const auto& embedding = *table.at(kEmbedding);
    if (copy.type != embedding.type || !std::ranges::equal(copy.bytes, embedding.bytes)) {
      fail(
          "{}: the config ties the head to the embedding, but {} differs from {}; set "
          "tie_word_embeddings to false in config.json if the head is separate",
          files.where(), kHead, kEmbedding);
    }
    table.erase(head);
  }
  return table;
}

}  // namespace

std::map<std::string, std::vector<int64_t>> expected_tensors(const ModelConfig& config) {
  Shapes shapes;
  shapes[kEmbedding] = {config.vocab_size, config.hidden_size};
  for (int64_t i = 0; i < config.layers; ++i) {
    add_layer(shapes, config, fmt::format("model.layers.{}", i));
  }
  shapes["model.norm.weight"] = {config.hidden_size};
  if (!config.tied_head) shapes[kHead] = {config.vocab_size, config.hidden_size};
  return shapes;
}

std::unique_ptr<WeightFiles> open_weights(const std::filesystem::path& model_path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(model_path, ignored)) {
    return open_huggingface_weights(model_path);
  }
  if (!std::filesystem::exists(model_path, ignored)) {
    fail("{}: no such model; give a Hugging Face directory or a GGUF file", model_path.string());
  }
  if (is_gguf(model_path)) return open_gguf_weights(model_path);
  fail("{}: not a GGUF file; give a GGUF file or the directory that holds config.json",
       model_path.string());
}

TensorMap load_weights(const std::filesystem::path& model_path, const ModelConfig& config,
                       at::ScalarType dtype, at::Device device) {
  const auto files = open_weights(model_path);
  TensorMap weights;
  std::vector<std::pair<const StoredTensor*, at::Tensor*>> work;
  for (const auto& [name, stored] : match_tensors(*files, expected_tensors(config), config)) {
    work.emplace_back(stored, &weights[name]);
  }
  // One thread cannot copy as fast as the page cache gives.
  at::parallel_for(0, static_cast<int64_t>(work.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      check_stop();
      const auto& [stored, tensor] = work[static_cast<size_t>(i)];
      *tensor = files->read(*stored, config, dtype).to(device);
    }
  });
  return weights;
}

}  // namespace braid
