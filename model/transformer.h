// The decoder-only transformer: one block, parameterised by ModelConfig, over flat shared-prompt
// micro-batches.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <memory>
#include <vector>

#include "base/segments.h"
#include "model/attention.h"
#include "model/config.h"
#include "model/kv_cache.h"
#include "model/lora.h"
#include "model/rope.h"
#include "model/weights.h"

namespace braid {

class Transformer {
 public:
  Transformer(ModelConfig config, TensorMap weights);

  // Final-normed hidden states [T, hidden]. `adapter` null: the frozen base (the reference policy
  // is this same code). Gradients flow into the adapter's A and B only. `dropout_key`: nonzero
  // switches LoRA dropout on with that key.
  at::Tensor forward(const at::Tensor& tokens, const at::Tensor& positions,
                     const SegmentLayout& layout, const Adapter* adapter,
                     uint64_t dropout_key = 0) const;

  // Generation, without gradients. prefill: as forward() over prompts (root segments), which fill
  // `cache`; the final-normed hidden states of their last tokens [B, hidden]. decode: one more
  // token of every sequence in the cache, `tokens` [B] -> [B, hidden]. A sequence whose length is
  // one that config().changes_behind() must be computed anew by prefill instead.
  at::Tensor prefill(const at::Tensor& tokens, const at::Tensor& positions,
                     const SegmentLayout& layout, KvCache& cache, const Adapter* adapter) const;
  at::Tensor decode(const at::Tensor& tokens, KvCache& cache, const Adapter* adapter) const;

  // Logits [..., vocab] of final-normed hidden states [..., hidden], soft-capped where the model
  // does it. Whoever uses head_weight() instead has to apply config().logit_cap.
  at::Tensor logits(const at::Tensor& hidden) const;
  const at::Tensor& head_weight() const {
    return head_;
  }  // [vocab, hidden]; the embedding when tied
  const ModelConfig& config() const { return config_; }
  at::ScalarType dtype() const;
  at::Device device() const;

 private:
  struct Linear {
    at::Tensor weight, bias;
    std::string path;
  };
  struct Layer {
    at::Tensor attention_norm, mlp_norm;          // before
    at::Tensor attention_out_norm, mlp_out_norm;  // behind; undefined: none
    at::Tensor q_norm, k_norm;                    // undefined: none
    Linear q, k, v, o, gate, up, down;
    Linear qkv, gate_up;  // in place of q, k, v and of gate, up, where the model has fused linears
    int64_t window = 0;
  };
  // Of layers without a window and of those with one.
  struct LayerTables {
    RopeTables full, windowed;
  };

  // The blocks; attend(layer, q, k, v) is the one part that training and generation do differently.
  template <typename Attend>
  at::Tensor run_layers(const at::Tensor& tokens, const LayerTables& tables, const Adapter* adapter,
                        uint64_t dropout_key, const Attend& attend) const;

  // The blocks over a flat micro-batch: hidden states [T, hidden] before the final norm. `cache`
  // (null: none) takes keys and values.
  at::Tensor run_segments(const at::Tensor& tokens, const at::Tensor& positions,
                          const SegmentLayout& layout, const Adapter* adapter, uint64_t dropout_key,
                          KvCache* cache) const;
  AttentionOptions attention_options(size_t layer) const;
  Layer load_layer(const TensorMap& weights, int64_t number) const;
  LayerTables tables_of(const at::Tensor& positions, const at::Tensor& lengths_per_token) const;
  at::Tensor norm(const at::Tensor& x, const at::Tensor& weight) const;
  std::array<at::Tensor, 3> queries_keys_values(const Layer& layer, const at::Tensor& x,
                                                const Adapter* adapter, uint64_t dropout_key) const;
  at::Tensor gated(const Layer& layer, const at::Tensor& x, const Adapter* adapter,
                   uint64_t dropout_key) const;
  at::Tensor project(const Linear& linear, const at::Tensor& x, const Adapter* adapter,
                     uint64_t dropout_key) const;

  ModelConfig config_;
  at::Tensor embedding_, final_norm_, head_;
  double embedding_scale_ = 1;
  std::vector<Layer> layers_;
};

}  // namespace braid
