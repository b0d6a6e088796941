// Trading time for memory: a piece of the network whose inner values are made again in backward.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

namespace braid {

// function(inputs), of which only the inputs are kept. Backward runs the function once more, with a
// graph, and lets gradients of leaves inside (the adapter's factors) accumulate in their .grad;
// `factors_inside` says that there are some, which makes the outputs differentiable although no
// input is. The function has to give the same bits both times and own what it captures. With
// gradients switched off it is just called.
using TensorFunction = std::function<std::vector<at::Tensor>(const std::vector<at::Tensor>&)>;
std::vector<at::Tensor> recompute(const std::vector<at::Tensor>& inputs,
                                  const TensorFunction& function, bool factors_inside);

}  // namespace braid
