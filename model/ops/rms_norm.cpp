// RMSNorm as one autograd node that keeps its input and one scale per row.
#include "model/ops/rms_norm.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "model/ops/cpu_rows.h"
#include "model/ops/math_type.h"
#include "model/ops/norm_rows.h"

namespace braid {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

template <typename T>
const NormPasses<T>& fastest() {
  static const NormPasses<T> passes = norm_passes<T>().front();
  return passes;
}

NormRow row_of(const at::Tensor& x, const Norm& norm) {
  return {x.size(-1), norm.weight.const_data_ptr<float>(),
          norm.rounding == NormRounding::kBeforeWeight};
}

NormedRows norm_on_cpu(const at::Tensor& x, const at::Tensor& part, const Norm& norm) {
  NormedRows rows{part.defined() ? at::empty_like(x) : x, at::empty_like(x),
                  at::empty(x.sizes().slice(0, static_cast<size_t>(x.dim() - 1)),
                            x.options().dtype(at::kFloat))};
  const NormRow row = row_of(x, norm);
  const auto eps = static_cast<float>(norm.eps);
  with_cpu_type(x, [&]<typename T>(T) {
    const T* const from = x.const_data_ptr<T>();
    const T* const added = part.defined() ? part.const_data_ptr<T>() : nullptr;
    T* const sum = part.defined() ? rows.sum.mutable_data_ptr<T>() : nullptr;
    T* const normed = rows.normed.mutable_data_ptr<T>();
    float* const scale = rows.scale.mutable_data_ptr<float>();
    for_each_row(rows.scale.numel(), row.width, [&](int64_t i) {
      const int64_t at = i * row.width;
      scale[i] = fastest<T>().add(row, eps, from + at, added == nullptr ? nullptr : added + at,
                                  sum == nullptr ? nullptr : sum + at);
      fastest<T>().apply(row, sum == nullptr ? from + at : sum + at, scale[i], normed + at);
    });
  });
  return rows;
}

at::Tensor again_on_cpu(const at::Tensor& x, const at::Tensor& scale, const Norm& norm) {
  auto normed = at::empty_like(x);
  const NormRow row = row_of(x, norm);
  with_cpu_type(x, [&]<typename T>(T) {
    const T* const from = x.const_data_ptr<T>();
    const float* const factors = scale.const_data_ptr<float>();
    T* const to = normed.mutable_data_ptr<T>();
    for_each_row(scale.numel(), row.width, [&](int64_t i) {
      fastest<T>().apply(row, from + i * row.width, factors[i], to + i * row.width);
    });
  });
  return normed;
}

at::Tensor backward_on_cpu(const at::Tensor& x, const at::Tensor& scale, const Norm& norm,
                           const at::Tensor& d_normed, const at::Tensor& d_x) {
  auto result = at::empty_like(x);
  const NormRow row = row_of(x, norm);
  with_cpu_type(x, [&]<typename T>(T) {
    const T* const from = x.const_data_ptr<T>();
    const T* const gradient = d_normed.const_data_ptr<T>();
    const T* const other = d_x.defined() ? d_x.const_data_ptr<T>() : nullptr;
    const float* const factors = scale.const_data_ptr<float>();
    T* const to = result.mutable_data_ptr<T>();
    for_each_row(scale.numel(), row.width, [&](int64_t i) {
      const int64_t at = i * row.width;
      fastest<T>().backward(row, from + at, factors[i], gradient + at,
                            other == nullptr ? nullptr : other + at, to + at);
    });
  });
  return result;
}

Norm saved_norm(const AutogradContext* context, const at::Tensor& weight) {
  return {weight, context->saved_data.at("eps").toDouble(),
          static_cast<NormRounding>(context->saved_data.at("rounding").toInt())};
}

void save(AutogradContext* context, const at::Tensor& x, const at::Tensor& scale,
          const Norm& norm) {
  context->save_for_backward({x, norm.weight, scale});
  context->saved_data["eps"] = norm.eps;
  context->saved_data["rounding"] = static_cast<int64_t>(norm.rounding);
}

struct RmsNorm : torch::autograd::Function<RmsNorm> {
  static variable_list forward(AutogradContext* context, const at::Tensor& given,
                               const Norm& norm) {
    const auto x = given.contiguous();
    const auto rows = norm_rows(x, at::Tensor(), norm);
    save(context, x, rows.scale, norm);
    context->mark_non_differentiable({rows.scale});
    return {rows.normed, rows.scale};
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const auto saved = context->get_saved_variables();
    return {norm_rows_backward(saved[0], saved[2], saved_norm(context, saved[1]),
                               grads[0].contiguous(), at::Tensor()),
            {}};
  }
};

struct AddRmsNorm : torch::autograd::Function<AddRmsNorm> {
  static variable_list forward(AutogradContext* context, const at::Tensor& residual,
                               const at::Tensor& part, const Norm& norm) {
    const auto rows = norm_rows(residual.contiguous(), part.contiguous(), norm);
    save(context, rows.sum, rows.scale, norm);
    context->set_materialize_grads(false);  // nothing may come back through the last sum
    context->mark_non_differentiable({rows.scale});
    return {rows.sum, rows.normed, rows.scale};
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const auto saved = context->get_saved_variables();
    at::Tensor d_sum = grads[0];
    if (grads[1].defined()) {
      if (d_sum.defined()) d_sum = d_sum.contiguous();
      d_sum = norm_rows_backward(saved[0], saved[2], saved_norm(context, saved[1]),
                                 grads[1].contiguous(), d_sum);
    }
    return {d_sum, d_sum, {}};
  }
};

Recomputed recomputed(const at::Tensor& normed, const at::Tensor& x, const at::Tensor& scale,
                      const Norm& norm) {
  return {normed,
          [x = x.detach(), scale, norm] { return norm_rows_again(x.contiguous(), scale, norm); }};
}

}  // namespace

NormedRows norm_rows(const at::Tensor& x, const at::Tensor& part, const Norm& norm) {
  if (has_cpu_kernel(x)) return norm_on_cpu(x, part, norm);
  const auto sum = part.defined() ? at::add(x, part) : x;
  const auto scale = sum.to(math_type(x)).square().mean(-1).add_(norm.eps).rsqrt_();
  return {sum, norm_rows_again(sum, scale, norm), scale};
}

at::Tensor norm_rows_again(const at::Tensor& x, const at::Tensor& scale, const Norm& norm) {
  if (has_cpu_kernel(x)) return again_on_cpu(x, scale, norm);
  const auto normed = at::mul(x.to(math_type(x)), scale.unsqueeze(-1));
  if (norm.rounding == NormRounding::kAfterWeight) {
    return at::mul(normed, norm.weight).to(x.scalar_type());
  }
  return normed.to(x.scalar_type()).mul_(norm.weight);
}

at::Tensor norm_rows_backward(const at::Tensor& x, const at::Tensor& scale, const Norm& norm,
                              const at::Tensor& d_normed, const at::Tensor& d_x) {
  if (has_cpu_kernel(x)) return backward_on_cpu(x, scale, norm, d_normed, d_x);
  const auto factor = scale.unsqueeze(-1);
  // With n = x s and g = weight * grad: dx = s (g - n mean(g n)).
  auto g = d_normed.to(math_type(x)).mul(norm.weight);
  const auto normed = at::mul(x, factor);
  const auto mean = at::mul(g, normed).mean(-1, /*keepdim=*/true);
  g.addcmul_(normed, mean, -1).mul_(factor);
  if (d_x.defined()) g.add_(d_x);
  return g.to(x.scalar_type());
}

Recomputed rms_norm(const at::Tensor& x, const Norm& norm) {
  const auto outputs = RmsNorm::apply(x, norm);
  return recomputed(outputs[0], x, outputs[1], norm);
}

AddedNorm add_rms_norm(const at::Tensor& residual, const at::Tensor& part, const Norm& norm) {
  const auto outputs = AddRmsNorm::apply(residual, part, norm);
  return {outputs[0], recomputed(outputs[1], outputs[0], outputs[2], norm)};
}

}  // namespace braid
