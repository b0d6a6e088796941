// Root-mean-square normalisation with a frozen weight.
#pragma once

#include <ATen/core/Tensor.h>

namespace braid {

// When the normed value is rounded to x's dtype: before the weight is multiplied, as transformers'
// Llama family does it, or behind, as Gemma does it (whose weight is best kept in float32).
enum class NormRounding { kBeforeWeight, kAfterWeight };

// x [..., d], weight [d] -> weight * x / sqrt(mean(x^2) + eps), statistics in float32.
// Differentiable in x only.
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps,
                    NormRounding rounding = NormRounding::kBeforeWeight);

}  // namespace braid
