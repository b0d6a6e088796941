// The decoder-only transformer.
#include "model/transformer.h"

#include <ATen/ATen.h>

#include <cmath>

#include "base/error.h"
#include "base/hash.h"
#include "model/attention.h"
#include "model/ops/geglu.h"
#include "model/ops/lora_linear.h"
#include "model/ops/rms_norm.h"
#include "model/ops/swiglu.h"
#include "model/rope.h"

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

const at::Tensor& take(const TensorMap& weights, const std::string& name) {
  const auto found = weights.find(name);
  BRAID_ASSERT(found != weights.end());
  return found->second;
}

at::Tensor norm_weight(const ModelConfig& config, const TensorMap& weights,
                       const std::string& path) {
  const at::Tensor& weight = take(weights, path + ".weight");
  if (!config.offset_norms) return weight;
  return 1 + weight.to(weight.scalar_type() == at::kDouble ? at::kDouble : at::kFloat);
}

}  // namespace

Transformer::Transformer(ModelConfig config, TensorMap weights) : config_(std::move(config)) {
  embedding_ = take(weights, "model.embed_tokens.weight");
  if (config_.scaled_embedding) {
    const double root = std::sqrt(static_cast<double>(config_.hidden_size));
    embedding_scale_ = at::scalar_tensor(root, at::kFloat).to(dtype()).item<double>();
  }
  final_norm_ = norm_weight(config_, weights, "model.norm");
  head_ = config_.tied_head ? embedding_ : take(weights, "lm_head.weight");
  for (int64_t i = 0; i < config_.layers; ++i) layers_.push_back(load_layer(weights, i));
}

Transformer::Layer Transformer::load_layer(const TensorMap& weights, int64_t number) const {
  const std::string prefix = fmt::format("layers.{}.", number);
  const auto linear = [&](const std::string& name, bool bias) {
    const std::string path = "model." + prefix + name;
    return Linear{take(weights, path + ".weight"),
                  bias ? take(weights, path + ".bias") : at::Tensor(),
                  config_.module_prefix + prefix + name};
  };
  const auto norm = [&](const std::string& name) {
    return norm_weight(config_, weights, "model." + prefix + name);
  };
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
  if (config_.fused_linears) {
    layer.qkv = linear("self_attn.qkv_proj", config_.qkv_bias);
    layer.gate_up = linear("mlp.gate_up_proj", config_.mlp_bias);
  } else {
    layer.q = linear("self_attn.q_proj", config_.qkv_bias);
    layer.k = linear("self_attn.k_proj", config_.qkv_bias);
    layer.v = linear("self_attn.v_proj", config_.qkv_bias);
    layer.gate = linear("mlp.gate_proj", config_.mlp_bias);
    layer.up = linear("mlp.up_proj", config_.mlp_bias);
  }
  layer.o = linear("self_attn.o_proj", config_.output_bias);
  layer.down = linear("mlp.down_proj", config_.mlp_bias);
  layer.window = config_.windows.at(static_cast<size_t>(number));
  return layer;
}

at::ScalarType Transformer::dtype() const { return embedding_.scalar_type(); }
at::Device Transformer::device() const { return embedding_.device(); }

at::Tensor Transformer::project(const Linear& linear, const at::Tensor& x, const Adapter* adapter,
                                uint64_t dropout_key) const {
  const LoraPair* pair = adapter == nullptr ? nullptr : adapter->find(linear.path);
  if (pair == nullptr) {
    return at::linear(x, linear.weight,
                      linear.bias.defined() ? std::optional(linear.bias) : std::nullopt);
  }
  LoraDropout dropout;
  if (dropout_key != 0) dropout = {adapter->config().dropout, hash64(linear.path, dropout_key)};
  return lora_linear(x, linear.weight, linear.bias, pair->a, pair->b, adapter->config().scale(),
                     dropout);
}

at::Tensor Transformer::norm(const at::Tensor& x, const at::Tensor& weight) const {
  return rms_norm(x, weight, config_.rms_norm_eps,
                  config_.offset_norms ? NormRounding::kAfterWeight : NormRounding::kBeforeWeight);
}

// [T, heads, head_dim] each.
std::array<at::Tensor, 3> Transformer::queries_keys_values(const Layer& layer, const at::Tensor& x,
                                                           const Adapter* adapter,
                                                           uint64_t dropout_key) const {
  const auto heads = [&](const at::Tensor& y) { return y.view({y.size(0), -1, config_.head_dim}); };
  if (config_.fused_linears) {
    const int64_t q = config_.heads * config_.head_dim, kv = config_.kv_heads * config_.head_dim;
    const auto parts =
        at::split_with_sizes(project(layer.qkv, x, adapter, dropout_key), {q, kv, kv}, 1);
    return {heads(parts[0]), heads(parts[1]), heads(parts[2])};
  }
  std::array<at::Tensor, 3> result = {heads(project(layer.q, x, adapter, dropout_key)),
                                      heads(project(layer.k, x, adapter, dropout_key)),
                                      heads(project(layer.v, x, adapter, dropout_key))};
  if (config_.qk_norm) {
    result[0] = norm(result[0], layer.q_norm);
    result[1] = norm(result[1], layer.k_norm);
  }
  return result;
}

// What the last linear of the MLP sees, [T, f].
at::Tensor Transformer::gated(const Layer& layer, const at::Tensor& x, const Adapter* adapter,
                              uint64_t dropout_key) const {
  const auto activation = config_.activation == "silu" ? swiglu : geglu;
  if (config_.fused_linears) {
    const auto parts = at::chunk(project(layer.gate_up, x, adapter, dropout_key), 2, 1);
    return activation(parts[0], parts[1]);
  }
  return activation(project(layer.gate, x, adapter, dropout_key),
                    project(layer.up, x, adapter, dropout_key));
}

template <typename Attend>
at::Tensor Transformer::run_layers(const at::Tensor& tokens, const LayerTables& tables,
                                   const Adapter* adapter, uint64_t dropout_key,
                                   const Attend& attend) const {
  auto hidden = embedding_.index_select(0, tokens);  // [T, hidden]
  if (config_.scaled_embedding) hidden.mul_(embedding_scale_);
  const auto add = [&](const at::Tensor& part, const at::Tensor& out_norm) {
    hidden = hidden + (out_norm.defined() ? norm(part, out_norm) : part);
  };
  for (size_t i = 0; i < layers_.size(); ++i) {
    const Layer& layer = layers_[i];
    const RopeTables& rope = layer.window > 0 ? tables.windowed : tables.full;
    const auto [q, k, v] =
        queries_keys_values(layer, norm(hidden, layer.attention_norm), adapter, dropout_key);
    const auto mixed = attend(i, apply_rope(q, rope), apply_rope(k, rope), v);
    add(project(layer.o, mixed.reshape({mixed.size(0), -1}), adapter, dropout_key),
        layer.attention_out_norm);
    const auto inner = gated(layer, norm(hidden, layer.mlp_norm), adapter, dropout_key);
    add(project(layer.down, inner, adapter, dropout_key), layer.mlp_out_norm);
  }
  return hidden;
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

at::Tensor Transformer::run_segments(const at::Tensor& tokens, const at::Tensor& positions,
                                     const SegmentLayout& layout, const Adapter* adapter,
                                     uint64_t dropout_key, KvCache* cache) const {
  const auto tables =
      tables_of(positions, config_.follows_length() ? sequence_lengths(layout) : at::Tensor());
  const AttentionPlan plan(layout, device());
  return run_layers(tokens, tables, adapter, dropout_key,
                    [&](size_t i, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
                      if (cache != nullptr) cache->fill(i, layout, k, v);
                      return attention(q, k, v, plan, attention_options(i));
                    });
}

at::Tensor Transformer::forward(const at::Tensor& tokens, const at::Tensor& positions,
                                const SegmentLayout& layout, const Adapter* adapter,
                                uint64_t dropout_key) const {
  const auto hidden = run_segments(tokens, positions, layout, adapter, dropout_key, nullptr);
  return norm(hidden, final_norm_);
}

at::Tensor Transformer::prefill(const at::Tensor& tokens, const at::Tensor& positions,
                                const SegmentLayout& layout, KvCache& cache,
                                const Adapter* adapter) const {
  cache.start(layout, layers_.size());
  const auto hidden = run_segments(tokens, positions, layout, adapter, /*dropout_key=*/0, &cache);
  std::vector<int64_t> last;
  for (const Segment& segment : layout.segments) {
    last.push_back(segment.begin + segment.length - 1);
  }
  const auto rows = at::tensor(last, at::kLong).to(device());
  return norm(hidden.index_select(0, rows), final_norm_);
}

at::Tensor Transformer::decode(const at::Tensor& tokens, KvCache& cache,
                               const Adapter* adapter) const {
  const at::Tensor& positions = cache.grow();
  const auto hidden =
      run_layers(tokens, tables_of(positions, positions + 1), adapter, /*dropout_key=*/0,
                 [&](size_t i, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
                   return cache.attend(i, q, k, v, attention_options(i));
                 });
  return norm(hidden, final_norm_);
}

}  // namespace braid
