// A frozen linear with a LoRA adapter beside it, as one autograd node.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace braid {

struct LoraDropout {
  double probability = 0.0;
  uint64_t key = 0;  // decides the mask; the same key gives the same mask
};

// y = x W^T + bias + scale * drop(x) A^T B^T.
// x [T, in], weight [out, in] and bias [out] (or undefined) frozen, a [rank, in] and b [out, rank]
// float32 (double for a double base), cast to x's dtype for the products. Differentiable in x, a
// and b; the weight gets no gradient and costs no FLOPs in backward.
at::Tensor lora_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                       const at::Tensor& a, const at::Tensor& b, double scale,
                       const LoraDropout& dropout = {});

}  // namespace braid
