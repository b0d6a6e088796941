// Rotary position embedding of query and key heads, in the half-split layout.
#pragma once

#include <ATen/core/Tensor.h>

#include "model/rope.h"

namespace braid {

// x [T, heads, head_dim]: first R components rotated (u cos - v sin, v cos + u sin), the rest as
// they are. Differentiable.
at::Tensor apply_rope(const at::Tensor& x, const RopeTables& tables);

// The rows behind it, with `direction` -1 turned back: a kernel for float32 and bfloat16 on the
// CPU, else composed of ATen operators.
at::Tensor rotate(const at::Tensor& x, const RopeTables& tables, int direction);

}  // namespace braid
