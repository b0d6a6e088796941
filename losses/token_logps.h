// Fused head: log-probabilities of target tokens without a [rows, vocab] tensor.
#pragma once

#include <ATen/core/Tensor.h>

namespace braid {

struct TokenLogps {
  at::Tensor logps;         // [S] float32, differentiable in `hidden`
  at::Tensor entropy;       // [S] float32, nats, of the full next-token distribution; no gradient
  at::Tensor correct;       // [S] bool: target is the arg max
  at::Tensor target_logit;  // [S] float32; no gradient
};

constexpr int64_t kHeadChunkRows = 512;

struct HeadOptions {
  double softcap = 0;  // logits z become cap * tanh(z / cap); 0: none
  int64_t chunk_rows = kHeadChunkRows;
};

// hidden [S, d], weight [V, d] (frozen: gets no gradient), targets [S] int64. Works through chunks
// of `chunk_rows` rows: logits = hidden_chunk weight^T and their cap in the weight's dtype,
// log-sum-exp in float32; when gradients are needed, U = (weight[target] - softmax * weight), every
// logit's part times the cap's derivative, is kept ([S, d]), and backward is grad[s] * U[s]: 4dV
// FLOPs per row, no recompute.
TokenLogps token_logps(const at::Tensor& hidden, const at::Tensor& weight,
                       const at::Tensor& targets, const HeadOptions& options = {});

// The same from a full log-softmax: the oracle.
TokenLogps token_logps_reference(const at::Tensor& hidden, const at::Tensor& weight,
                                 const at::Tensor& targets, double softcap = 0);

}  // namespace braid
