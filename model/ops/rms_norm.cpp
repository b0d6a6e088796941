// RMSNorm as one autograd node: keeps x and one scale per row instead of every intermediate.
#include "model/ops/rms_norm.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

namespace braid {
namespace {

at::ScalarType math_type(const at::Tensor& x) {
  return x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
}

struct RmsNorm : torch::autograd::Function<RmsNorm> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& weight, double eps, NormRounding rounding) {
    const auto wide = x.to(math_type(x));
    const auto scale = wide.square().mean(-1, /*keepdim=*/true).add_(eps).rsqrt_();
    context->save_for_backward({x, weight, scale});
    const auto normed = at::mul(wide, scale);
    if (rounding == NormRounding::kAfterWeight) return at::mul(normed, weight).to(x.scalar_type());
    return normed.to(x.scalar_type()).mul_(weight);
  }

  // With n = x s and g = weight * grad: dx = s (g - n mean(g n)).
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list grads) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1], &scale = saved[2];
    auto g = grads[0].to(math_type(x)).mul(weight);
    const auto normed = at::mul(x, scale);
    const auto mean = at::mul(g, normed).mean(-1, /*keepdim=*/true);
    return {g.addcmul_(normed, mean, -1).mul_(scale).to(x.scalar_type()), {}, {}, {}};
  }
};

}  // namespace

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps,
                    NormRounding rounding) {
  return RmsNorm::apply(x, weight, eps, rounding);
}

}  // namespace braid
