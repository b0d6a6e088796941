#include "losses/sft.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "base/error.h"

namespace braid {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// A masked sum instead of index_add: that one adds in arrival order on a GPU.
at::Tensor masked_sums(const at::Tensor& logps, const at::Tensor& branch_of, int64_t branches) {
  constexpr int64_t kMaskElements = int64_t{1} << 22;  // bounds the [block, S] intermediate
  at::Tensor sums = at::empty({branches}, logps.options().requires_grad(false));
  const int64_t block = std::max<int64_t>(1, kMaskElements / std::max<int64_t>(1, logps.numel()));
  const at::Tensor zero = at::zeros({}, logps.options().requires_grad(false));
  for (int64_t begin = 0; begin < branches; begin += block) {
    const int64_t end = std::min(begin + block, branches);
    const at::Tensor numbers = at::arange(begin, end, branch_of.options()).unsqueeze(1);
    const at::Tensor own =
        at::where(branch_of.unsqueeze(0) == numbers, logps.unsqueeze(0), zero);  // [block, S]
    sums.slice(0, begin, end).copy_(own.sum(1, /*keepdim=*/false, at::kDouble));
  }
  return sums;
}

struct BranchSums : torch::autograd::Function<BranchSums> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& logps,
                            const at::Tensor& branch_of, int64_t branches) {
    context->save_for_backward({branch_of});
    return masked_sums(logps, branch_of, branches);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    return {gradients[0].index_select(0, context->get_saved_variables()[0]), at::Tensor(),
            at::Tensor()};
  }
};

}  // namespace

at::Tensor branch_sums(const at::Tensor& logps, const at::Tensor& branch_of, int64_t branches) {
  BRAID_ASSERT(logps.dim() == 1 && branch_of.sizes() == logps.sizes() &&
               branch_of.scalar_type() == at::kLong);
  return BranchSums::apply(logps, branch_of, branches);
}

}  // namespace braid
