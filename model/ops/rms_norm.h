// Root-mean-square normalisation with a frozen weight.
#pragma once

#include <ATen/core/Tensor.h>

namespace braid {

// x [..., d], weight [d] -> weight * round(x / sqrt(mean(x^2) + eps)): statistics in float32, the
// result rounded to x's dtype before the weight is multiplied, as transformers' Llama family does
// it. Differentiable in x only.
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps);

}  // namespace braid
