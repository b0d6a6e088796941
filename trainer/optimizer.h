// AdamW on the adapter's flat float32 buffer, with one learning rate for A and one for B (LoRA+).
//
// update: m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2; p -= lr (m^/(sqrt(v^)+eps) + weight_decay p),
// m^ and v^ bias-corrected (Loshchilov & Hutter 2019).
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "model/lora.h"
#include "trainer/configuration.h"

namespace braid {

class AdamW {
 public:
  // `adapter` must outlive the optimizer.
  AdamW(Adapter& adapter, const OptimizerConfig& config);

  // Norm of the whole gradient before clipping; scales the gradient in place when it is above
  // `max_grad_norm` (0: never). A norm that is not finite is returned with the gradient untouched:
  // no scale mends it, and the caller decides what to do.
  double clip(double max_grad_norm);
  void step(double learning_rate);

  int64_t steps() const { return steps_; }
  // First and second moments, same layout as Adapter::flat: what a checkpoint stores.
  const at::Tensor& exp_avg() const { return exp_avg_; }
  const at::Tensor& exp_avg_sq() const { return exp_avg_sq_; }
  void restore(const at::Tensor& exp_avg, const at::Tensor& exp_avg_sq, int64_t steps);

 private:
  struct Range {
    int64_t offset, length;
    bool is_b;
  };

  Adapter& adapter_;
  OptimizerConfig config_;
  at::Tensor exp_avg_, exp_avg_sq_;
  std::vector<Range> ranges_;  // neighbouring slots of one kind, merged
  int64_t steps_ = 0;
};

// The formula in plain tensor operations: the oracle of the fused step.
void adamw_reference(at::Tensor& parameter, const at::Tensor& gradient, at::Tensor& exp_avg,
                     at::Tensor& exp_avg_sq, int64_t step, double learning_rate,
                     const OptimizerConfig& config);

}  // namespace braid
