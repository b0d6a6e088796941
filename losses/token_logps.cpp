#include "losses/token_logps.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "base/error.h"
#include "losses/logit_rows.h"

namespace braid {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

at::ScalarType accumulation_type(const at::Tensor& weight) {
  return weight.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
}

// Outputs for all rows, filled chunk by chunk.
LogitRows allocate(const at::Tensor& weight, int64_t rows) {
  const auto values = weight.options().dtype(accumulation_type(weight)).requires_grad(false);
  return {at::empty({rows}, values), at::empty({rows}, values), at::empty({rows}, values),
          at::empty({rows}, values.dtype(at::kBool))};
}

void copy_rows(const LogitRows& from, int64_t begin, int64_t end, LogitRows& to) {
  to.logps.slice(0, begin, end).copy_(from.logps);
  to.entropy.slice(0, begin, end).copy_(from.entropy);
  to.target_logits.slice(0, begin, end).copy_(from.target_logits);
  to.correct.slice(0, begin, end).copy_(from.correct);
}

// Fills `rows`; returns U [S, d] when `with_gradients`, else an undefined tensor. Chunks are of
// equal size, so that the last one is not a thin, slow product. One buffer serves all: fresh pages
// cost as much as the pass over them.
at::Tensor run_head(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& targets,
                    const HeadOptions& options, bool with_gradients, LogitRows& rows) {
  const int64_t count = hidden.size(0);
  at::Tensor directions;
  if (with_gradients) directions = at::empty(hidden.sizes(), weight.options().requires_grad(false));
  if (count == 0) return directions;
  const int64_t chunks = (count + options.chunk_rows - 1) / options.chunk_rows;
  const int64_t step = (count + chunks - 1) / chunks;
  const at::Tensor buffer =
      at::empty({step, weight.size(0)}, weight.options().requires_grad(false));
  for (int64_t begin = 0; begin < count; begin += step) {
    const int64_t end = std::min(begin + step, count);
    at::Tensor logits = buffer.slice(0, 0, end - begin);  // [chunk, V]
    at::mm_out(logits, hidden.slice(0, begin, end).to(weight.scalar_type()), weight.t());
    at::Tensor bent;  // tanh of the logits
    if (options.softcap > 0) {
      logits.div_(options.softcap).tanh_();
      if (with_gradients) bent = logits.clone();
      logits.mul_(options.softcap);
    }
    copy_rows(logit_rows(logits, targets.slice(0, begin, end), with_gradients), begin, end, rows);
    if (with_gradients) {
      // The logits now hold one_hot - softmax.
      if (bent.defined()) at::tanh_backward_out(logits, logits, bent);
      at::Tensor part = directions.slice(0, begin, end);
      at::mm_out(part, logits, weight);
    }
  }
  return directions;
}

struct FusedHead : torch::autograd::Function<FusedHead> {
  static variable_list forward(AutogradContext* context, const at::Tensor& hidden,
                               const at::Tensor& weight, const at::Tensor& targets,
                               const HeadOptions& options) {
    LogitRows rows = allocate(weight, hidden.size(0));
    context->save_for_backward({run_head(hidden, weight, targets, options, true, rows)});
    context->saved_data["hidden_type"] = static_cast<int64_t>(hidden.scalar_type());
    context->mark_non_differentiable({rows.entropy, rows.target_logits, rows.correct});
    return {rows.logps, rows.entropy, rows.target_logits, rows.correct};
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::Tensor directions = context->get_saved_variables()[0];  // [S, d]
    const auto type = static_cast<at::ScalarType>(context->saved_data["hidden_type"].toInt());
    const at::Tensor hidden = (gradients[0].unsqueeze(1) * directions).to(type);
    return {hidden, at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

void check(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& targets) {
  BRAID_ASSERT(hidden.dim() == 2 && weight.dim() == 2 && hidden.size(1) == weight.size(1));
  BRAID_ASSERT(targets.dim() == 1 && targets.scalar_type() == at::kLong &&
               targets.size(0) == hidden.size(0));
  BRAID_ASSERT(hidden.device() == weight.device() && targets.device() == weight.device());
  BRAID_ASSERT(!weight.requires_grad());
  // Reading the targets of an accelerator would stall it; there the kernels guard themselves.
  if (targets.is_cpu() && targets.numel() > 0) {
    const auto least = targets.min().item<int64_t>(), greatest = targets.max().item<int64_t>();
    if (least < 0 || greatest >= weight.size(0)) {
      fail("token {} is outside the model's vocabulary of {}: the tokenizer does not fit the model",
           least < 0 ? least : greatest, weight.size(0));
    }
  }
}

}  // namespace

TokenLogps token_logps(const at::Tensor& hidden, const at::Tensor& weight,
                       const at::Tensor& targets, const HeadOptions& options) {
  check(hidden, weight, targets);
  BRAID_ASSERT(options.chunk_rows > 0 && options.softcap >= 0);
  if (at::GradMode::is_enabled() && hidden.requires_grad()) {
    const variable_list outputs = FusedHead::apply(hidden, weight, targets.contiguous(), options);
    return {outputs[0], outputs[1], outputs[3], outputs[2]};
  }
  const at::NoGradGuard no_grad;
  LogitRows rows = allocate(weight, hidden.size(0));
  run_head(hidden, weight, targets.contiguous(), options, false, rows);
  return {rows.logps, rows.entropy, rows.correct, rows.target_logits};
}

TokenLogps token_logps_reference(const at::Tensor& hidden, const at::Tensor& weight,
                                 const at::Tensor& targets, double softcap) {
  check(hidden, weight, targets);
  at::Tensor logits = at::mm(hidden.to(weight.scalar_type()), weight.t());  // [S, V]
  if (softcap > 0) logits = at::tanh(logits / softcap) * softcap;
  logits = logits.to(accumulation_type(weight));
  const at::Tensor log_softmax = at::log_softmax(logits, 1);
  const at::Tensor column = targets.unsqueeze(1);
  const at::Tensor detached = log_softmax.detach();
  return {log_softmax.gather(1, column).squeeze(1), -(detached.exp() * detached).sum(1),
          logits.detach().argmax(1) == targets, logits.detach().gather(1, column).squeeze(1)};
}

}  // namespace braid
