// The adapted linear: base product and adapter products land in one output buffer; backward has no
// product for the frozen weight.
#include "model/ops/lora_linear.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <torch/csrc/autograd/custom_function.h>

#include "base/error.h"
#include "model/ops/math_type.h"

namespace braid {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// What a call is about, beside the tensors that autograd handles.
struct Call : torch::CustomClassHolder {
  std::function<at::Tensor()> again;  // of x
  at::Tensor weight, down;            // down: all A below each other, [parts * rank, in]
  std::vector<LoraPart> parts;        // without a and b
  double scale = 0, dropout = 0;

  int64_t rank() const { return parts[0].a_values.size(0); }
  int64_t inner_width() const { return rank() * static_cast<int64_t>(parts.size()); }
  // The columns of a part in y and in its inner values.
  at::Tensor outer(const at::Tensor& y, size_t i) const {
    return y.narrow(1, parts[i].begin, parts[i].b_values.size(0));
  }
  at::Tensor inner(const at::Tensor& values, size_t i) const {
    return values.narrow(1, static_cast<int64_t>(i) * rank(), rank());
  }
};

// [T, in] of 0 or 1 / (1 - p), a function of the key alone: backward makes it again.
at::Tensor dropout_mask(const at::Tensor& x, double probability, uint64_t key) {
  auto generator = at::globalContext().defaultGenerator(x.device()).clone();
  generator.set_current_seed(key);
  return at::empty(x.sizes(), x.options())
      .bernoulli_(1 - probability, generator)
      .div_(1 - probability);
}

at::Tensor dropped(const Call& call, size_t part, const at::Tensor& x) {
  return at::mul(x, dropout_mask(x, call.dropout, call.parts[part].dropout_key));
}

// scale * drop(x) A^T of every part, [T, parts * rank].
at::Tensor inner_values(const Call& call, const at::Tensor& x) {
  if (call.dropout == 0) return at::mm(x, call.down.t()).mul_(call.scale);
  auto values = at::empty({x.size(0), call.inner_width()}, x.options());
  for (size_t i = 0; i < call.parts.size(); ++i) {
    auto target = call.inner(values, i);
    at::mm_out(target, dropped(call, i, x), call.parts[i].a_values.t());
  }
  return values.mul_(call.scale);
}

// dy B of every part, scaled: [T, parts * rank].
at::Tensor inner_gradients(const Call& call, const at::Tensor& dy) {
  auto gradients = at::empty({dy.size(0), call.inner_width()}, dy.options());
  for (size_t i = 0; i < call.parts.size(); ++i) {
    auto target = call.inner(gradients, i);
    at::mm_out(target, call.outer(dy, i), call.parts[i].b_values);
  }
  return gradients.mul_(call.scale);
}

at::Tensor input_gradient(const Call& call, const at::Tensor& dy, const at::Tensor& d_inner,
                          const at::Tensor& x) {
  auto dx = at::mm(dy, call.weight);
  if (call.dropout == 0) return dx.addmm_(d_inner, call.down);
  for (size_t i = 0; i < call.parts.size(); ++i) {
    dx.addcmul_(at::mm(call.inner(d_inner, i), call.parts[i].a_values),
                dropout_mask(x, call.dropout, call.parts[i].dropout_key));
  }
  return dx;
}

// Gradients of a and b of every part, in this order.
variable_list factor_gradients(const Call& call, const at::Tensor& dy, const at::Tensor& d_inner,
                               const at::Tensor& inner, const at::Tensor& x) {
  const auto master = math_type(x);
  at::Tensor d_down;
  if (call.dropout == 0) d_down = at::mm(d_inner.t(), x).to(master);
  variable_list gradients;
  for (size_t i = 0; i < call.parts.size(); ++i) {
    gradients.push_back(call.dropout == 0
                            ? d_down.narrow(0, static_cast<int64_t>(i) * call.rank(), call.rank())
                            : at::mm(call.inner(d_inner, i).t(), dropped(call, i, x)).to(master));
    gradients.push_back(at::mm(call.outer(dy, i).t(), call.inner(inner, i)).to(master));
  }
  return gradients;
}

struct LoraLinear : torch::autograd::Function<LoraLinear> {
  // `factors`: a and b of every part.
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, at::TensorList factors,
                            const std::optional<at::Tensor>& bias,
                            const c10::intrusive_ptr<Call>& call) {
    const auto inner = inner_values(*call, x);
    auto y = at::linear(x, call->weight, bias);
    for (size_t i = 0; i < call->parts.size(); ++i) {
      call->outer(y, i).addmm_(call->inner(inner, i), call->parts[i].b_values.t());
    }
    context->save_for_backward({inner, call->again ? at::Tensor() : x});
    context->saved_data["call"] = c10::IValue::make_capsule(call);
    context->saved_data["inputs"] = static_cast<int64_t>(factors.size());
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const auto saved = context->get_saved_variables();
    const auto capsule = context->saved_data.at("call").toCapsule();
    const auto& call = static_cast<const Call&>(*capsule);
    const auto dy = grads[0].contiguous();
    const auto x = call.again ? call.again() : saved[1];
    const auto d_inner = inner_gradients(call, dy);
    variable_list result = {at::Tensor()};
    if (context->needs_input_grad(0)) result[0] = input_gradient(call, dy, d_inner, x);
    for (auto& gradient : factor_gradients(call, dy, d_inner, saved[0], x)) {
      result.push_back(std::move(gradient));
    }
    result.resize(result.size() + 2);  // bias and call
    context->saved_data.clear();       // lets go of what `again` holds
    return result;
  }
};

}  // namespace

at::Tensor lora_linear(const Recomputed& x, const at::Tensor& weight, const at::Tensor& bias,
                       const std::vector<LoraPart>& parts, double scale, double dropout) {
  BRAID_ASSERT(!parts.empty());
  auto call = c10::make_intrusive<Call>();
  call->again = x.again;
  call->weight = weight;
  call->scale = scale;
  call->dropout = dropout;
  std::vector<at::Tensor> factors, down;
  for (const LoraPart& part : parts) {
    factors.insert(factors.end(), {part.a, part.b});
    down.push_back(part.a_values);
    call->parts.push_back({part.begin, {}, {}, part.a_values, part.b_values, part.dropout_key});
  }
  call->down = parts.size() == 1 ? down[0] : at::cat(down);
  // autograd takes no undefined tensors.
  const auto given = bias.defined() ? std::optional(bias) : std::nullopt;
  return LoraLinear::apply(x.value, at::TensorList(factors), given, call);
}

}  // namespace braid
