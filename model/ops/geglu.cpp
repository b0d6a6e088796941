// GeGLU as one autograd node: gelu(gate) is recomputed in backward instead of kept.
#include "model/ops/geglu.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

namespace braid {
namespace {

constexpr const char* kForm = "tanh";

struct GeGlu : torch::autograd::Function<GeGlu> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& gate,
                            const at::Tensor& up) {
    context->save_for_backward({gate, up});
    return at::gelu(gate, kForm).mul_(up);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list grads) {
    const auto saved = context->get_saved_variables();
    const auto &gate = saved[0], &up = saved[1];
    return {at::gelu_backward(at::mul(grads[0], up), gate, kForm),
            at::gelu(gate, kForm).mul_(grads[0])};
  }
};

}  // namespace

at::Tensor geglu(const at::Tensor& gate, const at::Tensor& up) { return GeGlu::apply(gate, up); }

}  // namespace braid
