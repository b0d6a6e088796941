// The gated activation of the MLP (SwiGLU, GeGLU).
#pragma once

#include <ATen/core/Tensor.h>

#include "model/ops/activation.h"
#include "model/ops/recomputed.h"

namespace braid {

// gate_up [T, 2f], gates in front -> act(gate) * up [T, f], act(gate) rounded to the dtype as
// transformers does it. Differentiable; only gate_up is kept for backward.
Recomputed gated_activation(const at::Tensor& gate_up, Activation activation);

// The rows behind it: a kernel for float32 and bfloat16 on the CPU, else composed of ATen
// operators. Contiguous tensors.
at::Tensor gate_rows(const at::Tensor& gate_up, Activation activation);
at::Tensor gate_rows_backward(const at::Tensor& gate_up, Activation activation,
                              const at::Tensor& d_product);

}  // namespace braid
