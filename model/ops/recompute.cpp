#include "model/ops/recompute.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

namespace braid {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct FunctionCapsule : torch::CustomClassHolder {
  explicit FunctionCapsule(TensorFunction value) : function(std::move(value)) {}
  TensorFunction function;
};

struct Recompute : torch::autograd::Function<Recompute> {
  // `inside` asks for a gradient when leaves inside do.
  static variable_list forward(AutogradContext* context, at::TensorList inputs,
                               const at::Tensor& /*inside*/,
                               const c10::intrusive_ptr<FunctionCapsule>& capsule) {
    const variable_list given = inputs.vec();
    context->save_for_backward(given);
    context->saved_data["function"] = c10::IValue::make_capsule(capsule);
    context->set_materialize_grads(false);
    return capsule->function(given);
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const auto capsule = context->saved_data.at("function").toCapsule();
    context->saved_data.clear();  // lets go of what the function holds
    variable_list inputs;
    for (const auto& saved : context->get_saved_variables()) {
      const size_t i = inputs.size();
      inputs.push_back(saved.detach());
      inputs.back().set_requires_grad(context->needs_input_grad(i));
    }
    variable_list outputs, output_grads;
    {
      const at::AutoGradMode with_graph(true);
      const auto all = static_cast<const FunctionCapsule&>(*capsule).function(inputs);
      for (size_t i = 0; i < all.size(); ++i) {
        if (!grads[i].defined() || !all[i].requires_grad()) continue;
        outputs.push_back(all[i]);
        output_grads.push_back(grads[i]);
      }
    }
    torch::autograd::backward(outputs, output_grads);
    variable_list result;
    for (const at::Tensor& input : inputs) result.push_back(input.grad());
    result.resize(result.size() + 2);  // `inside` and the capsule
    return result;
  }
};

}  // namespace

std::vector<at::Tensor> recompute(const std::vector<at::Tensor>& inputs,
                                  const TensorFunction& function, bool factors_inside) {
  if (!at::GradMode::is_enabled()) return function(inputs);
  const at::Tensor inside = at::empty({0}).set_requires_grad(factors_inside);
  return Recompute::apply(at::TensorList(inputs), inside,
                          c10::make_intrusive<FunctionCapsule>(function));
}

}  // namespace braid
