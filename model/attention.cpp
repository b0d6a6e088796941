// Choice of the attention implementation, and the CUDA one: varlen flash attention of ATen with the
// prompt's keys and values gathered for every branch.
#include "model/attention.h"

#include <ATen/ATen.h>
#include <ATen/ops/_flash_attention_forward.h>

#include "model/attention_cpu.h"
#include "model/ops/cpu_rows.h"

namespace braid {
namespace {

bool flash_applies(const at::Tensor& q, const AttentionOptions& options) {
  const bool half = q.scalar_type() == at::kBFloat16 || q.scalar_type() == at::kHalf;
  return half && options.softcap == 0 && q.size(-1) <= 256 && q.size(-1) % 8 == 0;
}

// Causality is aligned at the last key when queries are fewer than keys, which is what a branch
// behind its prompt needs.
at::Tensor attention_flash(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           const AttentionPlan& plan, const AttentionOptions& options) {
  std::optional<int64_t> left, right;
  if (options.window > 0) {
    left = options.window - 1;
    right = 0;
  }
  return std::get<0>(at::_flash_attention_forward(
      q, k.index_select(0, plan.key_rows()), v.index_select(0, plan.key_rows()),
      plan.query_offsets(), plan.key_offsets(), plan.longest_query(), plan.longest_key(),
      /*dropout_p=*/0.0, /*is_causal=*/true, /*return_debug_mask=*/false, options.scale, left,
      right));
}

}  // namespace

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                     const AttentionPlan& plan, const AttentionOptions& options) {
  if (has_cpu_kernel(q)) return attention_cpu(q, k, v, plan, options);
  if (q.is_cuda() && flash_applies(q, options)) return attention_flash(q, k, v, plan, options);
  return attention_reference(q, k, v, plan.layout(), options);
}

}  // namespace braid
