// Attention on the CPU as one autograd node; contract of attention(), float and
// bfloat16 only.
#pragma once

#include "model/attention.h"

namespace braid {

at::Tensor attention_cpu(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                         const AttentionPlan& plan, const AttentionOptions& options);

}  // namespace braid
