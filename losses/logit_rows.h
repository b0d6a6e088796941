// One pass over a chunk of logits: everything token_logps needs of them.
#pragma once

#include <ATen/core/Tensor.h>

namespace braid {

// Statistics per row, [rows] each; `correct` is bool, the others have the accumulation type
// (float32; float64 of float64 logits).
struct LogitRows {
  at::Tensor logps, entropy, target_logits, correct;
};

// logits [rows, V] contiguous, bf16, fp16, fp32 or fp64; targets [rows] int64, every one below V.
// With `write_differences` the logits are overwritten by one_hot(target) - softmax, computed in the
// accumulation type. The first of several equal maxima is the arg max. Uses the vectorised CPU pass
// or the CUDA kernel where there is one, else ATen.
LogitRows logit_rows(const at::Tensor& logits, const at::Tensor& targets, bool write_differences);

// The same composed of ATen operators, for every device and type.
LogitRows logit_rows_composed(const at::Tensor& logits, const at::Tensor& targets,
                              bool write_differences);

}  // namespace braid
