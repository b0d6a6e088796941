// Weights in a GGUF file: names, row order and block types turned into what a Hugging Face
// directory would hold.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <charconv>
#include <map>
#include <optional>

#include "base/error.h"
#include "base/gguf.h"
#include "model/dequantize.h"
#include "model/weights_files.h"

namespace braid {
namespace {

const std::map<std::string_view, std::string_view> kTopNames = {
    {"token_embd", "model.embed_tokens"}, {"output_norm", "model.norm"}, {"output", "lm_head"}};

const std::map<std::string_view, std::string_view> kLayerNames = {
    {"attn_norm", "input_layernorm"},    {"attn_q", "self_attn.q_proj"},
    {"attn_k", "self_attn.k_proj"},      {"attn_v", "self_attn.v_proj"},
    {"attn_output", "self_attn.o_proj"}, {"attn_q_norm", "self_attn.q_norm"},
    {"attn_k_norm", "self_attn.k_norm"}, {"ffn_norm", "post_attention_layernorm"},
    {"ffn_gate", "mlp.gate_proj"},       {"ffn_up", "mlp.up_proj"},
    {"ffn_down", "mlp.down_proj"}};

// "blk.<n>." off the front of `name`; n only in its canonical spelling, so that no two names meet.
std::optional<int64_t> take_layer(std::string_view& name) {
  constexpr std::string_view kPrefix = "blk.";
  if (!name.starts_with(kPrefix)) return std::nullopt;
  const std::string_view rest = name.substr(kPrefix.size());
  const size_t dot = rest.find('.');
  if (dot == std::string_view::npos || dot == 0) return std::nullopt;
  int64_t layer = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + dot, layer);
  if (error != std::errc() || end != rest.data() + dot || layer < 0) return std::nullopt;
  if (rest[0] == '0' && dot > 1) return std::nullopt;
  name = rest.substr(dot + 1);
  return layer;
}

// The Hugging Face name, or the name itself when the format's four families have no such tensor.
std::string huggingface_name(const std::string& name) {
  std::string_view rest = name;
  const auto layer = take_layer(rest);
  const size_t dot = rest.rfind('.');
  if (dot == std::string_view::npos) return name;
  const auto kind = rest.substr(dot + 1);
  if (kind != "weight" && kind != "bias") return name;
  const auto& names = layer ? kLayerNames : kTopNames;
  const auto found = names.find(rest.substr(0, dot));
  if (found == names.end()) return name;
  const std::string prefix = layer ? fmt::format("model.layers.{}.", *layer) : "";
  return fmt::format("{}{}.{}", prefix, found->second, kind);
}

// Heads whose rows the converter re-ordered, or 0. Llama-architecture files (Mistral's are that
// too) hold the two halves of each rotary head interleaved; files of the other families do not.
int64_t interleaved_heads(const std::string& name, const ModelConfig& config) {
  if (config.family != "llama" && config.family != "mistral") return 0;
  if (name.find(".self_attn.q_proj.") != std::string::npos) return config.heads;
  if (name.find(".self_attn.k_proj.") != std::string::npos) return config.kv_heads;
  return 0;
}

// Row 2i + j of a head goes to row j * head_dim / 2 + i.
at::Tensor undo_interleaving(const at::Tensor& weight, int64_t heads) {
  return weight.view({heads, weight.size(0) / heads / 2, 2, -1})
      .transpose(1, 2)
      .reshape(weight.sizes());
}

at::Tensor dequantize_parallel(const GgufTensor& tensor) {
  auto result = at::empty(tensor.shape, at::TensorOptions(at::kFloat));
  const int64_t block = gguf_block_elements(tensor.type);
  const int64_t block_bytes = gguf_block_bytes(tensor.type);
  const int64_t blocks = result.numel() / block;
  constexpr int64_t kGrainElements = 1 << 15;  // some tens of microseconds of work
  const std::span<float> out(result.mutable_data_ptr<float>(), result.numel());
  at::parallel_for(
      0, blocks, std::max<int64_t>(1, kGrainElements / block), [&](int64_t begin, int64_t end) {
        const int64_t count = end - begin;
        dequantize(tensor.type, tensor.bytes.subspan(begin * block_bytes, count * block_bytes),
                   out.subspan(begin * block, count * block));
      });
  return result;
}

class GgufWeights : public WeightFiles {
 public:
  explicit GgufWeights(const std::filesystem::path& path)
      : WeightFiles(path.string()), file_(path) {
    for (const auto& tensor : file_.tensors()) {
      auto name = huggingface_name(tensor.name);
      tensors_.push_back(
          {std::move(name), std::string(gguf_type_name(tensor.type)), tensor.shape, tensor.bytes});
    }
  }

  at::Tensor read(const StoredTensor& tensor, const ModelConfig& config,
                  at::ScalarType dtype) const override {
    auto values = dequantize_parallel(file_.tensors()[&tensor - tensors_.data()]);
    const int64_t heads = interleaved_heads(tensor.name, config);
    if (heads > 0) values = undo_interleaving(values, heads);
    return values.to(dtype);
  }

 private:
  GgufFile file_;  // its tensors are in the order of tensors_
};

}  // namespace

std::unique_ptr<WeightFiles> open_gguf_weights(const std::filesystem::path& file) {
  return std::make_unique<GgufWeights>(file);
}

}  // namespace braid
