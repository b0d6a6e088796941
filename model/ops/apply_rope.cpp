// Rotation of query and key heads. Backward is the rotation by the negative angle.
#include "model/ops/apply_rope.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "model/ops/cpu_rows.h"
#include "model/ops/math_type.h"
#include "model/ops/rope_rows.h"

namespace braid {
namespace {

template <typename T>
at::Tensor turn_on_cpu(const at::Tensor& x, const RopeTables& tables, float direction) {
  static const RopePass<T> pass = rope_passes<T>().front();
  auto out = at::empty(x.sizes(), x.options());
  const int64_t heads = x.size(1), dim = x.size(2), half = tables.cos.size(1);
  const T* const from = x.const_data_ptr<T>();
  T* const to = out.mutable_data_ptr<T>();
  const float* const cos = tables.cos.const_data_ptr<float>();
  const float* const sin = tables.sin.const_data_ptr<float>();
  for_each_row(x.size(0), heads * dim, [&](int64_t i) {
    pass.turn({heads, dim, half, cos + i * half, sin + i * half, direction}, from + i * x.stride(0),
              to + i * heads * dim);
  });
  return out;
}

struct Rotation : torch::autograd::Function<Rotation> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& cos, const at::Tensor& sin) {
    context->save_for_backward({cos, sin});
    return rotate(x, {cos, sin}, 1);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& grads) {
    const auto saved = context->get_saved_variables();
    return {rotate(grads[0], {saved[0], saved[1]}, -1), {}, {}};
  }
};

}  // namespace

// Computed in float32 (double for double) and rounded once.
at::Tensor rotate(const at::Tensor& given, const RopeTables& tables, int direction) {
  const bool dense_rows = given.stride(2) == 1 && given.stride(1) == given.size(2);
  const auto x = dense_rows ? given : given.contiguous();
  if (has_cpu_kernel(x)) {
    return x.scalar_type() == at::kFloat
               ? turn_on_cpu<float>(x, tables, static_cast<float>(direction))
               : turn_on_cpu<c10::BFloat16>(x, tables, static_cast<float>(direction));
  }
  const int64_t half = tables.cos.size(-1);
  const auto math = math_type(x);
  const auto c = tables.cos.unsqueeze(1).to(math);  // [T, 1, R/2]
  const auto s = tables.sin.unsqueeze(1).to(math) * direction;
  const auto u = x.narrow(-1, 0, half).to(math), v = x.narrow(-1, half, half).to(math);
  auto out = at::empty(x.sizes(), x.options());
  out.narrow(-1, 0, half).copy_(at::mul(u, c).addcmul_(v, s, -1));
  out.narrow(-1, half, half).copy_(at::mul(v, c).addcmul_(u, s));
  const int64_t rest = x.size(-1) - 2 * half;
  if (rest > 0) out.narrow(-1, 2 * half, rest).copy_(x.narrow(-1, 2 * half, rest));
  return out;
}

at::Tensor apply_rope(const at::Tensor& x, const RopeTables& tables) {
  return Rotation::apply(x, tables.cos, tables.sin);
}

}  // namespace braid
