// The adapted linear: base product and adapter product land in one output buffer; backward has no
// product for the frozen weight.
#include "model/ops/lora_linear.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <torch/csrc/autograd/custom_function.h>

namespace braid {
namespace {

// [T, in] of 0 or 1 / (1 - p), a function of the key alone: backward makes it again.
at::Tensor dropout_mask(const at::Tensor& x, double probability, uint64_t key) {
  auto generator = at::globalContext().defaultGenerator(x.device()).clone();
  generator.set_current_seed(key);
  return at::empty(x.sizes(), x.options())
      .bernoulli_(1 - probability, generator)
      .div_(1 - probability);
}

struct LoraLinear : torch::autograd::Function<LoraLinear> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& weight, const std::optional<at::Tensor>& bias,
                            const at::Tensor& a, const at::Tensor& b, double scale,
                            double probability, int64_t key) {
    const auto down = a.to(x.scalar_type());           // [rank, in]
    const auto up = b.mul(scale).to(x.scalar_type());  // [out, rank]
    const auto input = dropped(x, probability, key);
    const auto inner = at::mm(input, down.t());  // [T, rank]
    auto y = at::linear(x, weight, bias);
    y.addmm_(inner, up.t());
    context->save_for_backward({x, weight, down, up, inner});
    context->saved_data["scale"] = scale;
    context->saved_data["probability"] = probability;
    context->saved_data["key"] = key;
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list grads) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1], &down = saved[2], &up = saved[3];
    const auto& inner = saved[4];
    const double scale = context->saved_data["scale"].toDouble();
    const double probability = context->saved_data["probability"].toDouble();
    const int64_t key = context->saved_data["key"].toInt();
    const auto master = x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;

    const auto& dy = grads[0];
    const auto d_inner = at::mm(dy, up);  // [T, rank], scale included
    const auto d_b = at::mm(dy.t(), inner).to(master).mul_(scale);
    const auto d_a = at::mm(d_inner.t(), dropped(x, probability, key)).to(master);
    at::Tensor dx;
    if (context->needs_input_grad(0)) {
      dx = at::mm(dy, weight);
      if (probability > 0) {
        dx.addcmul_(at::mm(d_inner, down),
                    dropout_mask(x, probability, static_cast<uint64_t>(key)));
      } else {
        dx.addmm_(d_inner, down);
      }
    }
    return {dx, {}, {}, d_a, d_b, {}, {}, {}};
  }

  static at::Tensor dropped(const at::Tensor& x, double probability, int64_t key) {
    if (probability == 0) return x;
    return at::mul(x, dropout_mask(x, probability, static_cast<uint64_t>(key)));
  }
};

}  // namespace

at::Tensor lora_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                       const at::Tensor& a, const at::Tensor& b, double scale,
                       const LoraDropout& dropout) {
  // autograd takes no undefined tensors.
  const auto given = bias.defined() ? std::optional(bias) : std::nullopt;
  return LoraLinear::apply(x, weight, given, a, b, scale, dropout.probability,
                           static_cast<int64_t>(dropout.key));
}

}  // namespace braid
