// The gated activation of Gemma's MLP.
#pragma once

#include <ATen/core/Tensor.h>

namespace braid {

// gelu(gate) * up, both [T, f], with the tanh form of gelu: x / 2 (1 + tanh(sqrt(2 / pi) (x +
// 0.044715 x^3))). Differentiable in both; only gate and up are kept for backward.
at::Tensor geglu(const at::Tensor& gate, const at::Tensor& up);

}  // namespace braid
