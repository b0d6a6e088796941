// The gated activation of the MLP.
#pragma once

#include <ATen/core/Tensor.h>

namespace braid {

// silu(gate) * up, both [T, f]. Differentiable in both; only gate and up are kept for backward.
at::Tensor swiglu(const at::Tensor& gate, const at::Tensor& up);

}  // namespace braid
