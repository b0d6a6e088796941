// The gradient of one optimizer step: micro-batches are packed, scored and differentiated one after
// another; normalisation is over the whole step.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "data/batches/groups.h"
#include "losses/objective.h"
#include "model/transformer.h"
#include "trainer/flops.h"
#include "trainer/metrics.h"
#include "trainer/reference_source.h"

namespace braid {

// Everything a step needs that does not change between steps.
struct StepContext {
  const Transformer& model;
  const Adapter& adapter;
  const std::vector<EncodedGroup>& groups;
  const ReferenceSource& reference;
  ObjectiveConfig objective;
  int64_t micro_batch_tokens;
  at::Tensor
      mean_head;  // [hidden]: mean of the head's rows, whose product with a row is its mean logit
  bool recompute = false;  // layers in backward: less memory, more time, the same bits
  FlopCounter flops{model.config()};
};

// Sums over a step, on the device until `step_metrics` reads them.
struct StepSums {
  at::Tensor objective;          // [ObjectiveSlot::kCount] float64
  at::Tensor tokens;             // [TokenSlot::kTokenSlots] float64
  int64_t processed_tokens = 0;  // prompts once
  int64_t pairs = 0;
  double flops = 0;  // policy forward and backward, reference forward when it runs inline
};

// Rows of chosen answers and demonstrations against rows of rejected answers.
enum TokenSlot : int64_t {
  kEntropy,
  kScoredTokens,
  kCorrectChosen,
  kChosenTokens,
  kChosenLogits,
  kRejectedTokens,
  kRejectedLogits,
  kTokenSlots,
};

// Leaves the step's gradient in the adapter's flat_grad, which is zeroed first. `members` index
// into context.groups; every group has one branch (a demonstration) or two (a pair). `dropout_key`
// decides the dropout masks when the adapter has dropout. `before_micro_batch` may leave the step
// by an exception: then only flat_grad has changed.
StepSums accumulate_gradients(const StepContext& context, const std::vector<int64_t>& members,
                              uint64_t dropout_key,
                              const std::function<void()>& before_micro_batch = {});

// Means under TRL's names. One host read.
Metrics step_metrics(const ObjectiveConfig& objective, const StepSums& sums);

}  // namespace braid
