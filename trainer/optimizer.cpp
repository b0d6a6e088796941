// The fused update over ranges of the flat buffer.
#include "trainer/optimizer.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <cmath>

namespace braid {

AdamW::AdamW(Adapter& adapter, const OptimizerConfig& config) : adapter_(adapter), config_(config) {
  const c10::NoGradGuard no_grad;
  exp_avg_ = at::zeros_like(adapter.flat());
  exp_avg_sq_ = at::zeros_like(adapter.flat());
  // Without LoRA+ the whole buffer is one range and one fused call.
  const bool split = config.lora_plus_ratio != 1.0;
  for (const Adapter::Slot& slot : adapter.slots()) {
    if (!ranges_.empty() && (!split || ranges_.back().is_b == slot.is_b)) {
      ranges_.back().length = slot.offset + slot.length - ranges_.back().offset;
    } else {
      ranges_.push_back({slot.offset, slot.length, slot.is_b});
    }
  }
}

double AdamW::clip(double max_grad_norm) {
  const c10::NoGradGuard no_grad;
  at::Tensor gradient = adapter_.flat_grad();
  const double norm = at::linalg_vector_norm(gradient).item<double>();
  if (max_grad_norm > 0 && norm > max_grad_norm && std::isfinite(norm)) {
    gradient.mul_(max_grad_norm / (norm + 1e-6));
  }
  return norm;
}

void AdamW::step(double learning_rate) {
  const c10::NoGradGuard no_grad;
  ++steps_;
  for (const bool is_b : {false, true}) {
    std::vector<at::Tensor> parameters, gradients, first, second, counts;
    for (const Range& range : ranges_) {
      if (range.is_b != is_b) continue;
      const auto part = [&](const at::Tensor& flat) {
        return flat.narrow(0, range.offset, range.length);
      };
      parameters.push_back(part(adapter_.flat()));
      gradients.push_back(part(adapter_.flat_grad()));
      first.push_back(part(exp_avg_));
      second.push_back(part(exp_avg_sq_));
      counts.push_back(at::full({}, static_cast<double>(steps_), exp_avg_.options()));
    }
    if (parameters.empty()) continue;
    const double lr = learning_rate * (is_b ? config_.lora_plus_ratio : 1.0);
    at::_fused_adamw_(parameters, gradients, first, second, /*max_exp_avg_sqs=*/{}, counts, lr,
                      config_.beta1, config_.beta2, config_.weight_decay, config_.eps,
                      /*amsgrad=*/false, /*maximize=*/false);
  }
}

void AdamW::restore(const at::Tensor& exp_avg, const at::Tensor& exp_avg_sq, int64_t steps) {
  const c10::NoGradGuard no_grad;
  exp_avg_.copy_(exp_avg);
  exp_avg_sq_.copy_(exp_avg_sq);
  steps_ = steps;
}

void adamw_reference(at::Tensor& parameter, const at::Tensor& gradient, at::Tensor& exp_avg,
                     at::Tensor& exp_avg_sq, int64_t step, double learning_rate,
                     const OptimizerConfig& config) {
  parameter.mul_(1 - learning_rate * config.weight_decay);
  exp_avg.mul_(config.beta1).add_(gradient, 1 - config.beta1);
  exp_avg_sq.mul_(config.beta2).addcmul_(gradient, gradient, 1 - config.beta2);
  const double first = 1 - std::pow(config.beta1, static_cast<double>(step));
  const double second = 1 - std::pow(config.beta2, static_cast<double>(step));
  parameter.addcdiv_(exp_avg / first, (exp_avg_sq / second).sqrt().add_(config.eps),
                     -learning_rate);
}

}  // namespace braid
