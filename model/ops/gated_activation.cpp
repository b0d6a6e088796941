// The gated activation as one autograd node: act(gate) is computed again in backward.
#include "model/ops/gated_activation.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "model/ops/cpu_rows.h"
#include "model/ops/gate_rows.h"

namespace braid {
namespace {

constexpr const char* kGeluForm = "tanh";

template <typename T>
const GatePasses<T>& fastest() {
  static const GatePasses<T> passes = gate_passes<T>().front();
  return passes;
}

at::Tensor forward_on_cpu(const at::Tensor& gate_up, Activation activation) {
  const int64_t rows = gate_up.size(0), width = gate_up.size(1) / 2;
  auto product = at::empty({rows, width}, gate_up.options());
  with_cpu_type(gate_up, [&]<typename T>(T) {
    const T* const from = gate_up.const_data_ptr<T>();
    T* const to = product.mutable_data_ptr<T>();
    for_each_row(rows, 2 * width, [&](int64_t i) {
      fastest<T>().forward(activation, width, from + 2 * i * width, to + i * width);
    });
  });
  return product;
}

at::Tensor backward_on_cpu(const at::Tensor& gate_up, Activation activation,
                           const at::Tensor& d_product) {
  const int64_t rows = gate_up.size(0), width = gate_up.size(1) / 2;
  auto result = at::empty_like(gate_up);
  with_cpu_type(gate_up, [&]<typename T>(T) {
    const T* const from = gate_up.const_data_ptr<T>();
    const T* const gradient = d_product.const_data_ptr<T>();
    T* const to = result.mutable_data_ptr<T>();
    for_each_row(rows, 2 * width, [&](int64_t i) {
      fastest<T>().backward(activation, width, from + 2 * i * width, gradient + i * width,
                            to + 2 * i * width);
    });
  });
  return result;
}

at::Tensor activate(const at::Tensor& gate, Activation activation) {
  return activation == Activation::kSilu ? at::silu(gate) : at::gelu(gate, kGeluForm);
}

struct GatedActivation : torch::autograd::Function<GatedActivation> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& gate_up,
                            Activation activation) {
    context->save_for_backward({gate_up});
    context->saved_data["activation"] = static_cast<int64_t>(activation);
    return gate_rows(gate_up, activation);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& grads) {
    const auto activation = static_cast<Activation>(context->saved_data.at("activation").toInt());
    return {
        gate_rows_backward(context->get_saved_variables()[0], activation, grads[0].contiguous()),
        {}};
  }
};

}  // namespace

at::Tensor gate_rows(const at::Tensor& gate_up, Activation activation) {
  if (has_cpu_kernel(gate_up)) return forward_on_cpu(gate_up, activation);
  const auto parts = at::chunk(gate_up, 2, 1);
  return activate(parts[0], activation).mul_(parts[1]);
}

at::Tensor gate_rows_backward(const at::Tensor& gate_up, Activation activation,
                              const at::Tensor& d_product) {
  if (has_cpu_kernel(gate_up)) return backward_on_cpu(gate_up, activation, d_product);
  const auto parts = at::chunk(gate_up, 2, 1);
  const auto d_activated = at::mul(d_product, parts[1]);
  const auto d_gate = activation == Activation::kSilu
                          ? at::silu_backward(d_activated, parts[0])
                          : at::gelu_backward(d_activated, parts[0], kGeluForm);
  return at::cat({d_gate, activate(parts[0], activation).mul_(d_product)}, 1);
}

Recomputed gated_activation(const at::Tensor& gate_up, Activation activation) {
  const auto contiguous = gate_up.contiguous();
  return {GatedActivation::apply(contiguous, activation),
          [kept = contiguous.detach(), activation] { return gate_rows(kept, activation); }};
}

}  // namespace braid
