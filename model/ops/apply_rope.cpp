// Rotation of query and key heads. Backward is the rotation by the negative angle.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "model/rope.h"

namespace braid {
namespace {

// Computed in float32 (double for double) and rounded once.
at::Tensor rotate(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
  const int64_t half = cos.size(-1);
  const auto math = x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  const auto c = cos.unsqueeze(1).to(math), s = sin.unsqueeze(1).to(math);  // [T, 1, R/2]
  const auto u = x.narrow(-1, 0, half).to(math), v = x.narrow(-1, half, half).to(math);
  auto out = at::empty(x.sizes(), x.options());
  out.narrow(-1, 0, half).copy_(at::mul(u, c).addcmul_(v, s, -1));
  out.narrow(-1, half, half).copy_(at::mul(v, c).addcmul_(u, s));
  const int64_t rest = x.size(-1) - 2 * half;
  if (rest > 0) out.narrow(-1, 2 * half, rest).copy_(x.narrow(-1, 2 * half, rest));
  return out;
}

struct Rotation : torch::autograd::Function<Rotation> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& cos, const at::Tensor& sin) {
    context->save_for_backward({cos, sin});
    return rotate(x, cos, sin);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list grads) {
    const auto saved = context->get_saved_variables();
    return {rotate(grads[0], saved[0], saved[1].neg()), {}, {}};
  }
};

}  // namespace

at::Tensor apply_rope(const at::Tensor& x, const RopeTables& tables) {
  return Rotation::apply(x, tables.cos, tables.sin);
}

}  // namespace braid
