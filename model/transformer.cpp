// The decoder-only transformer.
#include "model/transformer.h"

#include <ATen/ATen.h>

#include <cmath>

#include "base/error.h"
#include "base/hash.h"
#include "model/attention.h"
#include "model/ops/lora_linear.h"
#include "model/ops/rms_norm.h"
#include "model/ops/swiglu.h"
#include "model/rope.h"

namespace braid {
namespace {

// Tokens of the whole sequence that each token belongs to, [T]: only the dynamic rope type asks.
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

}  // namespace

Transformer::Transformer(ModelConfig config, TensorMap weights) : config_(std::move(config)) {
  const auto take = [&](const std::string& name) {
    const auto found = weights.find(name);
    BRAID_ASSERT(found != weights.end());
    return found->second;
  };
  const auto linear = [&](const std::string& path, bool bias) {
    return Linear{take(path + ".weight"), bias ? take(path + ".bias") : at::Tensor(), path};
  };
  embedding_ = take("model.embed_tokens.weight");
  final_norm_ = take("model.norm.weight");
  head_ = config_.tied_head ? embedding_ : take("lm_head.weight");
  for (int64_t i = 0; i < config_.layers; ++i) {
    const std::string prefix = fmt::format("model.layers.{}.", i);
    const std::string attention = prefix + "self_attn.", mlp = prefix + "mlp.";
    Layer layer;
    layer.input_norm = take(prefix + "input_layernorm.weight");
    layer.post_attention_norm = take(prefix + "post_attention_layernorm.weight");
    if (config_.qk_norm) {
      layer.q_norm = take(attention + "q_norm.weight");
      layer.k_norm = take(attention + "k_norm.weight");
    }
    layer.q = linear(attention + "q_proj", config_.qkv_bias);
    layer.k = linear(attention + "k_proj", config_.qkv_bias);
    layer.v = linear(attention + "v_proj", config_.qkv_bias);
    layer.o = linear(attention + "o_proj", config_.output_bias);
    layer.gate = linear(mlp + "gate_proj", config_.mlp_bias);
    layer.up = linear(mlp + "up_proj", config_.mlp_bias);
    layer.down = linear(mlp + "down_proj", config_.mlp_bias);
    layer.window = config_.windows.at(static_cast<size_t>(i));
    layers_.push_back(std::move(layer));
  }
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

template <typename Attend>
at::Tensor Transformer::run_layers(const at::Tensor& tokens, const RopeTables& tables,
                                   const Adapter* adapter, uint64_t dropout_key,
                                   const Attend& attend) const {
  const auto heads = [&](const at::Tensor& x) { return x.view({x.size(0), -1, config_.head_dim}); };
  auto hidden = embedding_.index_select(0, tokens);  // [T, hidden]
  for (size_t i = 0; i < layers_.size(); ++i) {
    const Layer& layer = layers_[i];
    const auto run = [&](const Linear& linear, const at::Tensor& x) {
      return project(linear, x, adapter, dropout_key);
    };
    const auto x = rms_norm(hidden, layer.input_norm, config_.rms_norm_eps);
    auto q = heads(run(layer.q, x)), k = heads(run(layer.k, x));  // [T, heads, head_dim]
    if (config_.qk_norm) {
      q = rms_norm(q, layer.q_norm, config_.rms_norm_eps);
      k = rms_norm(k, layer.k_norm, config_.rms_norm_eps);
    }
    const auto mixed =
        attend(i, apply_rope(q, tables), apply_rope(k, tables), heads(run(layer.v, x)));
    hidden = hidden + run(layer.o, mixed.reshape({mixed.size(0), -1}));
    const auto y = rms_norm(hidden, layer.post_attention_norm, config_.rms_norm_eps);
    hidden = hidden + run(layer.down, swiglu(run(layer.gate, y), run(layer.up, y)));
  }
  return hidden;
}

AttentionOptions Transformer::attention_options(size_t layer) const {
  return {.scale = 1.0 / std::sqrt(static_cast<double>(config_.head_dim)),
          .window = layers_[layer].window};
}

at::Tensor Transformer::run_segments(const at::Tensor& tokens, const at::Tensor& positions,
                                     const SegmentLayout& layout, const Adapter* adapter,
                                     uint64_t dropout_key, KvCache* cache) const {
  const bool dynamic = config_.rope.type == RopeType::kDynamic;
  const auto tables =
      rope_tables(config_, positions, dynamic ? sequence_lengths(layout) : at::Tensor());
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
  return rms_norm(hidden, final_norm_, config_.rms_norm_eps);
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
  return rms_norm(hidden.index_select(0, rows), final_norm_, config_.rms_norm_eps);
}

at::Tensor Transformer::decode(const at::Tensor& tokens, KvCache& cache,
                               const Adapter* adapter) const {
  const at::Tensor& positions = cache.grow();
  const auto hidden =
      run_layers(tokens, rope_tables(config_, positions, positions + 1), adapter, /*dropout_key=*/0,
                 [&](size_t i, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
                   return cache.attend(i, q, k, v, attention_options(i));
                 });
  return rms_norm(hidden, final_norm_, config_.rms_norm_eps);
}

}  // namespace braid
