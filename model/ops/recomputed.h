// Values that backward makes again instead of keeping them.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

namespace braid {

// A differentiable value, and how to get the same bits once more, without a graph, from tensors
// that other nodes keep anyway. An empty function: there is no cheaper way than to keep it.
struct Recomputed {
  at::Tensor value;
  std::function<at::Tensor()> again;
};

}  // namespace braid
