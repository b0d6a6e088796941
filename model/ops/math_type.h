// The precision of operators composed of ATen calls.
#pragma once

#include <ATen/core/Tensor.h>

namespace braid {

// The type that values of x's dtype are computed with.
inline at::ScalarType math_type(const at::Tensor& x) {
  return x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
}

}  // namespace braid
