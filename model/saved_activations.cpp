#include "model/saved_activations.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "model/lora.h"

namespace braid {
namespace {

constexpr int64_t kFloatSize = 4;  // statistics are computed and kept in float32

// Walks the block in the order of Transformer::run_layer. Every op has a function with a line for
// each tensor that it keeps; a tensor that two ops keep is listed with one of them.
class Tally {
 public:
  Tally(const ModelConfig& config, const AdapterShape& adapter, c10::ScalarType dtype,
        c10::DeviceType device)
      : config_(config),
        rank_(adapter.rank),
        element_(static_cast<int64_t>(c10::elementSize(dtype))),
        casts_adapter_(dtype == c10::kBFloat16),
        cuda_(device == c10::kCUDA),
        adapted_(adapter.modules.begin(), adapter.modules.end()),
        linears_(adaptable_linears(config)) {}

  // Everything, layer by layer.
  std::vector<SavedTensor> all() {
    bool flows = false;  // a gradient through the residual stream: from the first adapted linear on
    for (int64_t i = 0; i < config_.layers; ++i) flows = layer(i, flows);
    if (flows) norm("residual stream", config_.hidden_size);
    return tensors_;
  }

  // What enters every layer, and all of the last one, whose backward comes first.
  std::vector<SavedTensor> recomputed() {
    bool flows = false;
    for (int64_t i = 0; i < config_.layers; ++i) {
      tensors_.clear();
      flows = layer(i, flows);
    }
    int64_t cast = 0;  // of all layers
    for (const std::string& path : adapted_) {
      cast += rank_ * (linears_.at(path).in + linears_.at(path).out) * element_;
    }
    if (casts_adapter_) row("adapter in the model's type").once = cast;
    // The stream and the part that is still to be added to it; nothing but the embedding in front.
    keep("inputs of layers", (2 * config_.layers - 1) * config_.hidden_size * element_);
    if (flows) norm("residual stream", config_.hidden_size);
    return tensors_;
  }

 private:
  SavedTensor& row(const std::string& name) {
    const auto found = std::ranges::find(tensors_, name, &SavedTensor::name);
    return found == tensors_.end() ? tensors_.emplace_back(SavedTensor{name}) : *found;
  }
  void keep(const std::string& name, int64_t bytes) { row(name).per_token += bytes; }

  // One of linears with a common input; true when one of them is adapted.
  bool adapted(const std::vector<std::string>& paths) const {
    return std::ranges::any_of(paths, [&](const auto& path) { return adapted_.contains(path); });
  }

  // Also kept by a linear that makes the normed rows again.
  void norm(const std::string& x, int64_t width, int64_t heads = 1) {
    keep(x, heads * width * element_);            // x, or the sum
    keep("scales of norms", heads * kFloatSize);  // scale
  }

  // Its input is listed where it is kept.
  void lora_linear(const std::vector<std::string>& paths) {
    int64_t parts = 0, in = 0;
    for (const std::string& path : paths) {
      if (!adapted_.contains(path)) continue;
      const LinearShape shape = linears_.at(path);
      in = shape.in;
      ++parts;
      keep("adapter products", rank_ * element_);  // inner
      // a_values, b_values: of the one cast that all linears share
      const int64_t cast = rank_ * (shape.in + shape.out) * element_;
      if (casts_adapter_) row("adapter in the model's type").once += cast;
    }
    if (parts > 1)
      row("adapter in the model's type").once += parts * rank_ * in * element_;  // down
  }

  // All layers with one table keep the same two tensors.
  void apply_rope(bool windowed) {
    const bool other = windowed && config_.window_rope.has_value();
    row(other ? "rotation tables of windows" : "rotation tables").per_token =
        (other ? config_.window_rope->width(config_.head_dim) : config_.rotary_width()) *
        kFloatSize;  // cos, sin
  }

  void attention(bool linear_keeps_out) {
    const int64_t q = config_.heads * config_.head_dim, k = config_.kv_heads * config_.head_dim;
    keep("q, k, v", q * element_);  // q
    if (cuda_) {
      row("q, k, v").per_key += 2 * k * element_;  // k, v, gathered for every branch
      if (!linear_keeps_out) keep("attention outputs", q * element_);  // out
    } else {
      keep("q, k, v", 2 * k * element_);  // k, v
    }
    keep("sums of attention", config_.heads * kFloatSize);  // lse
  }

  // Does a gradient flow through the residual stream behind it?
  bool layer(int64_t i, bool flows) {
    const std::string prefix = fmt::format("{}layers.{}.", config_.module_prefix, i);
    flows = attention_half(prefix + "self_attn.", config_.windows.at(static_cast<size_t>(i)) > 0,
                           flows);
    return mlp_half(prefix + "mlp.", flows);
  }

  bool attention_half(const std::string& prefix, bool windowed, bool flows) {
    const std::vector<std::string> inputs =
        config_.fused_linears
            ? std::vector{prefix + "qkv_proj"}
            : std::vector{prefix + "q_proj", prefix + "k_proj", prefix + "v_proj"};
    const bool any = flows || adapted(inputs), out = adapted({prefix + "o_proj"});
    if (any) norm("residual stream", config_.hidden_size);
    lora_linear(inputs);
    if (any && config_.qk_norm) {
      norm("q and k before their norms", config_.head_dim, config_.heads + config_.kv_heads);
    }
    if (any) apply_rope(windowed);
    if (any) attention(/*linear_keeps_out=*/out);
    if (out) keep("attention outputs", config_.heads * config_.head_dim * element_);  // x
    lora_linear({prefix + "o_proj"});
    return sandwich_norm(any || out);
  }

  bool mlp_half(const std::string& prefix, bool flows) {
    const std::vector<std::string> inputs =
        config_.fused_linears ? std::vector{prefix + "gate_up_proj"}
                              : std::vector{prefix + "gate_proj", prefix + "up_proj"};
    const bool any = flows || adapted(inputs), down = adapted({prefix + "down_proj"});
    if (any) norm("residual stream", config_.hidden_size);
    lora_linear(inputs);
    // By the activation, and by a linear that makes its product again.
    if (any || down) keep("gate and up", 2 * config_.intermediate_size * element_);
    lora_linear({prefix + "down_proj"});
    return sandwich_norm(any || down);
  }

  bool sandwich_norm(bool flows) {
    if (flows && config_.sandwich_norms) {
      norm("outputs before their norms", config_.hidden_size);
    }
    return flows;
  }

  const ModelConfig& config_;
  const int64_t rank_, element_;
  const bool casts_adapter_, cuda_;
  const std::set<std::string> adapted_;
  const std::map<std::string, LinearShape> linears_;
  std::vector<SavedTensor> tensors_;
};

}  // namespace

int64_t AdapterShape::parameters(const ModelConfig& config) const {
  const auto linears = adaptable_linears(config);
  int64_t total = 0;
  for (const std::string& module : modules) {
    const LinearShape shape = linears.at(module);
    total += rank * (shape.in + shape.out);
  }
  return total;
}

std::vector<SavedTensor> saved_activations(const ModelConfig& config, const AdapterShape& adapter,
                                           c10::ScalarType dtype, c10::DeviceType device,
                                           bool recompute) {
  Tally tally(config, adapter, dtype, device);
  return recompute ? tally.recomputed() : tally.all();
}

int64_t saved_bytes(const std::vector<SavedTensor>& tensors, int64_t tokens, int64_t keys) {
  int64_t total = 0;
  for (const SavedTensor& tensor : tensors) {
    total += tensor.per_token * tokens + tensor.per_key * keys + tensor.once;
  }
  return total;
}

int64_t backward_transient(const ModelConfig& config, c10::ScalarType dtype) {
  const auto element = static_cast<int64_t>(c10::elementSize(dtype));
  const int64_t hidden = config.hidden_size, inner = config.intermediate_size;
  // The last norm: what comes back, and what it makes of it.
  const int64_t norm = 2 * hidden * element;
  // The activation: the gradient of its output and of gate and up. The gradient of the residual
  // stream has taken the place of the last sum.
  const int64_t mlp = 3 * inner * element;
  return std::max(norm, mlp);
}

}  // namespace braid
