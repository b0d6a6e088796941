#include "model/saved_activations.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "model/lora.h"

namespace braid {
namespace {

constexpr int64_t kFloatSize = 4;  // statistics are computed and kept in float32

// Walks the block in the order of Transformer::run_layers. Every op has a function with a line for
// each tensor of its save_for_backward; a tensor that two ops keep is listed with one of them.
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

  std::vector<SavedTensor> run() {
    bool flows = false;  // a gradient through the residual stream: from the first adapted linear on
    for (int64_t i = 0; i < config_.layers; ++i) {
      flows = attention_half(fmt::format("model.layers.{}.self_attn.", i), flows);
      flows = mlp_half(fmt::format("model.layers.{}.mlp.", i), flows);
    }
    if (flows) rms_norm("residual stream", config_.hidden_size);
    return tensors_;
  }

 private:
  SavedTensor& row(const std::string& name) {
    const auto found = std::ranges::find(tensors_, name, &SavedTensor::name);
    return found == tensors_.end() ? tensors_.emplace_back(SavedTensor{name}) : *found;
  }
  void keep(const std::string& name, int64_t bytes) { row(name).per_token += bytes; }

  void rms_norm(const std::string& x, int64_t width, int64_t heads = 1) {
    keep(x, heads * width * element_);            // x
    keep("scales of norms", heads * kFloatSize);  // scale
  }

  // Linears that share x; true when one of them is adapted.
  bool lora_linear(const std::string& x, const std::vector<std::string>& paths) {
    int64_t width = 0;
    for (const std::string& path : paths) {
      if (!adapted_.contains(path)) continue;
      const LinearShape shape = linears_.at(path);
      width = shape.in;
      keep("adapter products", rank_ * element_);                               // inner
      row("adapter in the model's type").once += rank_ * shape.out * element_;  // up
      if (casts_adapter_)
        row("adapter in the model's type").once += rank_ * shape.in * element_;  // down
    }
    if (width > 0) keep(x, width * element_);  // x
    return width > 0;
  }

  // All layers keep the same two tables.
  void apply_rope() {
    row("rotation tables").per_token = config_.rotary_width() * kFloatSize;  // cos, sin
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

  void swiglu() {
    keep("gate and up", 2 * config_.intermediate_size * element_);  // gate, up
  }

  // These two: does a gradient flow through the residual stream behind them?
  bool attention_half(const std::string& prefix, bool flows) {
    const int64_t dim = config_.head_dim;
    if (flows) rms_norm("residual stream", config_.hidden_size);
    const bool any =
        lora_linear("inputs of q, k, v", {prefix + "q_proj", prefix + "k_proj", prefix + "v_proj"});
    const bool q = flows || adapted_.contains(prefix + "q_proj");
    const bool k = flows || adapted_.contains(prefix + "k_proj");
    if (config_.qk_norm && q) rms_norm("q and k before their norms", dim, config_.heads);
    if (config_.qk_norm && k) rms_norm("q and k before their norms", dim, config_.kv_heads);
    if (q || k) apply_rope();
    const bool o = lora_linear("attention outputs", {prefix + "o_proj"});
    if (flows || any) attention(/*linear_keeps_out=*/o);
    return flows || any || o;
  }

  bool mlp_half(const std::string& prefix, bool flows) {
    if (flows) rms_norm("residual stream", config_.hidden_size);
    flows |= lora_linear("inputs of gate and up", {prefix + "gate_proj", prefix + "up_proj"});
    if (flows) swiglu();
    return lora_linear("inputs of down", {prefix + "down_proj"}) || flows;
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
                                           c10::ScalarType dtype, c10::DeviceType device) {
  return Tally(config, adapter, dtype, device).run();
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
  // The last norm: its gradient in the dtype, and the gradient, the normed rows and their product
  // in float32.
  const int64_t norm = hidden * (2 * element + 3 * kFloatSize);
  // SwiGLU: the gradient of its output, one product and both results, while the input of `down` is
  // gone already; the gradient of the residual stream waits.
  const int64_t mlp = (hidden + 3 * inner) * element;
  return std::max(norm, mlp);
}

}  // namespace braid
