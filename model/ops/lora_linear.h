// Frozen linears of one input, stacked, with LoRA adapters beside them, as one autograd node.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "model/ops/recomputed.h"

namespace braid {

// The adapter of rows [begin, begin + b.size(0)) of a stacked weight.
struct LoraPart {
  int64_t begin;
  at::Tensor a, b;                // [rank, in], [out, rank]: these get the gradients
  at::Tensor a_values, b_values;  // their values in x's dtype, used in products
  uint64_t dropout_key = 0;       // decides the mask; the same key gives the same mask
};

// y = x W^T + bias, and in the rows of each part + scale * drop(x) A^T B^T.
// x [T, in], weight [out, in] and bias [out] (or undefined) frozen; parts do not overlap and have
// the same rank. Differentiable in x and in every a and b; the weight gets no gradient and costs no
// FLOPs in backward. Of x nothing is kept where it can be had again.
at::Tensor lora_linear(const Recomputed& x, const at::Tensor& weight, const at::Tensor& bias,
                       const std::vector<LoraPart>& parts, double scale, double dropout);

}  // namespace braid
