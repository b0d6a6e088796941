// The decoder-only transformer: one block, parameterised by ModelConfig, over flat shared-prompt
// micro-batches.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/segments.h"
#include "model/attention.h"
#include "model/config.h"
#include "model/kv_cache.h"
#include "model/lora.h"
#include "model/ops/recomputed.h"
#include "model/ops/rms_norm.h"
#include "model/rope.h"
#include "model/weights.h"

namespace braid {

// How a forward pass is run.
struct ForwardMode {
  uint64_t dropout_key = 0;  // nonzero: LoRA dropout with that key
  bool recompute = false;    // keep only what enters a layer; backward runs each layer once more
};

class Transformer {
 public:
  Transformer(ModelConfig config, TensorMap weights);

  // Final-normed hidden states [T, hidden]. `adapter` null: the frozen base (the reference policy
  // is this same code). Gradients flow into the adapter's A and B only; the adapter has to outlive
  // them.
  at::Tensor forward(const at::Tensor& tokens, const at::Tensor& positions,
                     const SegmentLayout& layout, const Adapter* adapter,
                     const ForwardMode& mode = {}) const;

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
  // Linears of one input, their rows below each other: q, k and v are one product, gate and up,
  // too.
  struct Linear {
    struct Member {
      std::string path;  // as adapters name it
      int64_t begin;     // its first row
    };
    at::Tensor weight, bias;  // bias undefined: none
    std::vector<Member> members;
  };
  struct Layer {
    Norm attention_norm, mlp_norm;                         // before
    std::optional<Norm> attention_out_norm, mlp_out_norm;  // behind
    std::optional<Norm> q_norm, k_norm;
    Linear qkv, o, gate_up, down;
    int64_t window = 0;
  };
  // Of layers without a window and of those with one.
  struct LayerTables {
    RopeTables full, windowed;
  };
  // What all layers of one pass share.
  struct Pass {
    LayerTables tables;
    std::optional<AdapterValues> adapter;
    ForwardMode mode;
  };
  // The residual stream between two layers: [T, hidden], and the last output, which the next norm
  // adds to it (undefined: nothing).
  struct Stream {
    at::Tensor hidden, part;
  };

  // attend(layer, q, k, v) is the one part that training and generation do differently.
  using Attend =
      std::function<at::Tensor(size_t, const at::Tensor&, const at::Tensor&, const at::Tensor&)>;
  // The blocks.
  Stream run_layers(const at::Tensor& tokens, const Pass& pass, const Attend& attend) const;
  Stream run_layer(size_t number, const Pass& pass, const Attend& attend, Stream stream) const;

  // The blocks over a flat micro-batch. `cache` (null: none) takes keys and values.
  Stream run_segments(const at::Tensor& tokens, const at::Tensor& positions,
                      const SegmentLayout& layout, const Adapter* adapter, const ForwardMode& mode,
                      KvCache* cache) const;
  Pass start_pass(const at::Tensor& positions, const at::Tensor& lengths_per_token,
                  const Adapter* adapter, const ForwardMode& mode) const;
  AttentionOptions attention_options(size_t layer) const;
  Layer load_layer(TensorMap& weights, int64_t number) const;
  LayerTables tables_of(const at::Tensor& positions, const at::Tensor& lengths_per_token) const;
  static at::Tensor project(const Linear& linear, const Recomputed& x, const Pass& pass);
  std::array<at::Tensor, 3> queries_keys_values(const Layer& layer, const Recomputed& x,
                                                const Pass& pass) const;
  // The normed stream that a linear reads; adds the pending part to the stream.
  static Recomputed enter(Stream& stream, const Norm& norm);
  static void leave(Stream& stream, const at::Tensor& part, const std::optional<Norm>& norm);

  ModelConfig config_;
  at::Tensor embedding_, head_;
  Norm final_norm_;
  double embedding_scale_ = 1;
  std::vector<Layer> layers_;
};

}  // namespace braid
