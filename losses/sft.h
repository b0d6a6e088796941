// Sums of token log-probabilities per answer: the one input of every loss.
#pragma once

#include <ATen/core/Tensor.h>

namespace braid {

// logps [S], branch_of [S] int64 in [0, branches) -> [branches] of logps' type, differentiable in
// `logps`; a branch without rows gets 0. Added in float64 and in a fixed order, so that neither the
// device's scheduling nor the place of a branch in its batch shows in the result. Costs S *
// branches additions, no host read.
at::Tensor branch_sums(const at::Tensor& logps, const at::Tensor& branch_of, int64_t branches);

}  // namespace braid
