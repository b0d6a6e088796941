// The decoder-only transformer.
#include "model/transformer.h"

#include <ATen/ATen.h>

#include <cmath>
#include <memory>

#include "base/error.h"
#include "base/hash.h"
#include "model/attention.h"
#include "model/ops/apply_rope.h"
#include "model/ops/gated_activation.h"
#include "model/ops/lora_linear.h"
#include "model/ops/math_type.h"
#include "model/ops/recompute.h"

namespace braid {
namespace {

// Tokens of the whole sequence that each token belongs to, [T]: for ropes that follow the length.
// Branches of one prompt share their prompt rows, so all count as long as the longest of them.
at::Tensor sequence_lengths(const SegmentLayout& layout) {
  std::vector<int64_t> longest(layout.segments.size(), 0);  // by root segment
  const auto root_of = [&](size_t i) {
    const int64_t prefix = layout.segments[i].prefix;
    return prefix < 0 ? i : static_cast<size_t>(prefix);
  };
  for (size_t i = 0; i < layout.segments.size(); ++i) {
    const Segment& segment = layout.segments[i];
    int64_t& length = longest[root_of(i)];
    length = std::max(length, segment.position + segment.length);
  }
  std::vector<int64_t> per_token;
  per_token.reserve(static_cast<size_t>(layout.tokens));
  for (size_t i = 0; i < layout.segments.size(); ++i) {
    per_token.insert(per_token.end(), static_cast<size_t>(layout.segments[i].length),
                     longest[root_of(i)]);
  }
  return at::tensor(per_token, at::kLong);
}

at::Tensor take(TensorMap& weights, const std::string& name) {
  const auto found = weights.find(name);
  BRAID_ASSERT(found != weights.end());
  const at::Tensor weight = std::move(found->second);
  weights.erase(found);
  return weight;
}

Norm take_norm(const ModelConfig& config, TensorMap& weights, const std::string& path) {
  const at::Tensor stored = take(weights, path + ".weight");
  const auto weight = stored.to(math_type(stored));
  if (!config.offset_norms) return {weight, config.rms_norm_eps, NormRounding::kBeforeWeight};
  return {1 + weight, config.rms_norm_eps, NormRounding::kAfterWeight};
}

at::Tensor stacked(const std::vector<at::Tensor>& tensors) {
  return tensors.size() == 1 ? tensors[0] : at::cat(tensors);
}

}  // namespace

Transformer::Transformer(ModelConfig config, TensorMap weights) : config_(std::move(config)) {
  embedding_ = take(weights, "model.embed_tokens.weight");
  if (config_.scaled_embedding) {
    const double root = std::sqrt(static_cast<double>(config_.hidden_size));
    embedding_scale_ = at::scalar_tensor(root, at::kFloat).to(dtype()).item<double>();
  }
  final_norm_ = take_norm(config_, weights, "model.norm");
  head_ = config_.tied_head ? embedding_ : take(weights, "lm_head.weight");
  for (int64_t i = 0; i < config_.layers; ++i) layers_.push_back(load_layer(weights, i));
}

Transformer::Layer Transformer::load_layer(TensorMap& weights, int64_t number) const {
  const std::string prefix = fmt::format("layers.{}.", number);
  const auto linear = [&](const std::vector<std::string>& names, bool bias) {
    Linear result;
    std::vector<at::Tensor> parts, biases;
    int64_t begin = 0;
    for (const std::string& name : names) {
      const std::string path = "model." + prefix + name;
      result.members.push_back({config_.module_prefix + prefix + name, begin});
      parts.push_back(take(weights, path + ".weight"));
      if (bias) biases.push_back(take(weights, path + ".bias"));
      begin += parts.back().size(0);
    }
    result.weight = stacked(parts);
    if (bias) result.bias = stacked(biases);
    return result;
  };
  const auto norm = [&](const std::string& name) {
    return take_norm(config_, weights, "model." + prefix + name);
  };
  using Names = std::vector<std::string>;
  Layer layer;
  layer.attention_norm = norm("input_layernorm");
  layer.mlp_norm =
      norm(config_.sandwich_norms ? "pre_feedforward_layernorm" : "post_attention_layernorm");
  if (config_.sandwich_norms) {
    layer.attention_out_norm = norm("post_attention_layernorm");
    layer.mlp_out_norm = norm("post_feedforward_layernorm");
  }
  if (config_.qk_norm) {
    layer.q_norm = norm("self_attn.q_norm");
    layer.k_norm = norm("self_attn.k_norm");
  }
  layer.qkv = linear(config_.fused_linears
                         ? Names{"self_attn.qkv_proj"}
                         : Names{"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"},
                     config_.qkv_bias);
  layer.gate_up = linear(
      config_.fused_linears ? Names{"mlp.gate_up_proj"} : Names{"mlp.gate_proj", "mlp.up_proj"},
      config_.mlp_bias);
  layer.o = linear({"self_attn.o_proj"}, config_.output_bias);
  layer.down = linear({"mlp.down_proj"}, config_.mlp_bias);
  layer.window = config_.windows.at(static_cast<size_t>(number));
  return layer;
}

at::ScalarType Transformer::dtype() const { return embedding_.scalar_type(); }
at::Device Transformer::device() const { return embedding_.device(); }

at::Tensor Transformer::project(const Linear& linear, const Recomputed& x, const Pass& pass) {
  std::vector<LoraPart> parts;
  if (pass.adapter) {
    for (const auto& member : linear.members) {
      const LoraPair* pair = pass.adapter->adapter().find(member.path);
      if (pair == nullptr) continue;
      parts.push_back({member.begin, pair->a, pair->b, pass.adapter->of(pair->a),
                       pass.adapter->of(pair->b), hash64(member.path, pass.mode.dropout_key)});
    }
  }
  if (parts.empty()) {
    return at::linear(x.value, linear.weight,
                      linear.bias.defined() ? std::optional(linear.bias) : std::nullopt);
  }
  const LoraConfig& lora = pass.adapter->adapter().config();
  return lora_linear(x, linear.weight, linear.bias, parts, lora.scale(),
                     pass.mode.dropout_key == 0 ? 0 : lora.dropout);
}

// [T, heads, head_dim] each.
std::array<at::Tensor, 3> Transformer::queries_keys_values(const Layer& layer, const Recomputed& x,
                                                           const Pass& pass) const {
  const int64_t q = config_.heads * config_.head_dim, kv = config_.kv_heads * config_.head_dim;
  const auto parts = at::split_with_sizes(project(layer.qkv, x, pass), {q, kv, kv}, 1);
  const auto heads = [&](const at::Tensor& y) { return y.view({y.size(0), -1, config_.head_dim}); };
  std::array<at::Tensor, 3> result = {heads(parts[0]), heads(parts[1]), heads(parts[2])};
  if (layer.q_norm) result[0] = rms_norm(result[0], *layer.q_norm).value;
  if (layer.k_norm) result[1] = rms_norm(result[1], *layer.k_norm).value;
  return result;
}

Recomputed Transformer::enter(Stream& stream, const Norm& norm) {
  if (!stream.part.defined()) return rms_norm(stream.hidden, norm);
  auto added = add_rms_norm(stream.hidden, stream.part, norm);
  stream = {added.sum, {}};
  return std::move(added.normed);
}

void Transformer::leave(Stream& stream, const at::Tensor& part, const std::optional<Norm>& norm) {
  stream.part = norm ? rms_norm(part, *norm).value : part;
}

Transformer::Stream Transformer::run_layer(size_t number, const Pass& pass, const Attend& attend,
                                           Stream stream) const {
  const Layer& layer = layers_[number];
  const RopeTables& rope = layer.window > 0 ? pass.tables.windowed : pass.tables.full;
  const auto [q, k, v] = queries_keys_values(layer, enter(stream, layer.attention_norm), pass);
  const at::Tensor mixed = attend(number, apply_rope(q, rope), apply_rope(k, rope), v);
  leave(stream, project(layer.o, {mixed.reshape({mixed.size(0), -1}), {}}, pass),
        layer.attention_out_norm);
  const auto gate_up = project(layer.gate_up, enter(stream, layer.mlp_norm), pass);
  leave(stream, project(layer.down, gated_activation(gate_up, config_.activation), pass),
        layer.mlp_out_norm);
  return stream;
}

Transformer::Stream Transformer::run_layers(const at::Tensor& tokens, const Pass& pass,
                                            const Attend& attend) const {
  Stream stream{embedding_.index_select(0, tokens), {}};
  if (config_.scaled_embedding) stream.hidden.mul_(embedding_scale_);
  for (size_t i = 0; i < layers_.size(); ++i) {
    if (!pass.mode.recompute) {
      stream = run_layer(i, pass, attend, std::move(stream));
      continue;
    }
    // The copies of pass and attend share their tensors.
    const auto layer = [this, i, pass, attend](const std::vector<at::Tensor>& entering) {
      Stream result{entering[0], entering.size() > 1 ? entering[1] : at::Tensor()};
      result = run_layer(i, pass, attend, std::move(result));
      return std::vector<at::Tensor>{result.hidden, result.part};
    };
    std::vector<at::Tensor> entering = {stream.hidden};
    if (stream.part.defined()) entering.push_back(stream.part);
    const auto leaving = recompute(entering, layer, pass.adapter.has_value());
    stream = {leaving[0], leaving[1]};
  }
  return stream;
}

AttentionOptions Transformer::attention_options(size_t layer) const {
  return {.scale = config_.attention_scale(),
          .window = layers_[layer].window,
          .softcap = config_.score_cap};
}

Transformer::LayerTables Transformer::tables_of(const at::Tensor& positions,
                                                const at::Tensor& lengths_per_token) const {
  const auto full = rope_tables(config_, config_.rope, positions, lengths_per_token);
  if (!config_.window_rope) return {full, full};
  return {full, rope_tables(config_, *config_.window_rope, positions, lengths_per_token)};
}

at::Tensor Transformer::logits(const at::Tensor& hidden) const {
  const auto plain = at::matmul(hidden, head_.t());
  if (config_.logit_cap == 0) return plain;
  return at::tanh(plain / config_.logit_cap) * config_.logit_cap;
}

Transformer::Pass Transformer::start_pass(const at::Tensor& positions,
                                          const at::Tensor& lengths_per_token,
                                          const Adapter* adapter, const ForwardMode& mode) const {
  Pass pass{tables_of(positions, lengths_per_token), {}, mode};
  if (adapter != nullptr) pass.adapter.emplace(*adapter, dtype());
  return pass;
}

Transformer::Stream Transformer::run_segments(const at::Tensor& tokens, const at::Tensor& positions,
                                              const SegmentLayout& layout, const Adapter* adapter,
                                              const ForwardMode& mode, KvCache* cache) const {
  const Pass pass = start_pass(
      positions, config_.follows_length() ? sequence_lengths(layout) : at::Tensor(), adapter, mode);
  // Owned by the function, which backward calls again when layers are recomputed.
  const auto plan = std::make_shared<const AttentionPlan>(layout, device());
  return run_layers(
      tokens, pass,
      [this, plan, cache](size_t i, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
        if (cache != nullptr) cache->fill(i, plan->layout(), k, v);
        return attention(q, k, v, *plan, attention_options(i));
      });
}

at::Tensor Transformer::forward(const at::Tensor& tokens, const at::Tensor& positions,
                                const SegmentLayout& layout, const Adapter* adapter,
                                const ForwardMode& mode) const {
  Stream stream = run_segments(tokens, positions, layout, adapter, mode, nullptr);
  return enter(stream, final_norm_).value;
}

at::Tensor Transformer::prefill(const at::Tensor& tokens, const at::Tensor& positions,
                                const SegmentLayout& layout, KvCache& cache,
                                const Adapter* adapter) const {
  cache.start(layout, layers_.size());
  const Stream all = run_segments(tokens, positions, layout, adapter, {}, &cache);
  std::vector<int64_t> last;
  for (const Segment& segment : layout.segments) {
    last.push_back(segment.begin + segment.length - 1);
  }
  const auto rows = at::tensor(last, at::kLong).to(device());
  Stream stream{all.hidden.index_select(0, rows), all.part.index_select(0, rows)};
  return enter(stream, final_norm_).value;
}

at::Tensor Transformer::decode(const at::Tensor& tokens, KvCache& cache,
                               const Adapter* adapter) const {
  const at::Tensor& positions = cache.grow();
  const Pass pass = start_pass(positions, positions + 1, adapter, {});
  Stream stream = run_layers(
      tokens, pass, [&](size_t i, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
        return cache.attend(i, q, k, v, attention_options(i));
      });
  return enter(stream, final_norm_).value;
}

}  // namespace braid
