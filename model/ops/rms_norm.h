// Root-mean-square normalisation with a frozen weight, alone or behind the sum of a residual
// stream.
#pragma once

#include <ATen/core/Tensor.h>

#include "model/ops/recomputed.h"

namespace braid {

// When the normed value is rounded to x's dtype: before the weight is multiplied, as transformers'
// Llama family does it, or behind, as Gemma does it.
enum class NormRounding { kBeforeWeight, kAfterWeight };

struct Norm {
  at::Tensor weight;  // [d], float32 (double with double values)
  double eps;
  NormRounding rounding = NormRounding::kBeforeWeight;
};

// x [..., d] -> weight * x / sqrt(mean(x^2) + eps), statistics in float32. Differentiable in x.
Recomputed rms_norm(const at::Tensor& x, const Norm& norm);

struct AddedNorm {
  at::Tensor sum;     // residual + part, rounded to their dtype
  Recomputed normed;  // rms_norm(sum)
};

// residual and part [T, d]. Differentiable in both; backward adds what comes back through the sum
// and through the norm in one pass. Keeps the sum and one number per row.
AddedNorm add_rms_norm(const at::Tensor& residual, const at::Tensor& part, const Norm& norm);

// The rows behind both: a kernel for float32 and bfloat16 on the CPU, else composed of ATen
// operators.
struct NormedRows {
  at::Tensor sum, normed, scale;  // scale: 1 / rms of each row, float32 or double
};
NormedRows norm_rows(const at::Tensor& x, const at::Tensor& part, const Norm& norm);
// The normed rows once more.
at::Tensor norm_rows_again(const at::Tensor& x, const at::Tensor& scale, const Norm& norm);
// The gradient of x; d_x (undefined: none) is added.
at::Tensor norm_rows_backward(const at::Tensor& x, const at::Tensor& scale, const Norm& norm,
                              const at::Tensor& d_normed, const at::Tensor& d_x);

}  // namespace braid
