// What training minimises: a weighted sum of a preference loss and an SFT loss, normalised over the
// whole optimizer step.
//
//   loss = preference_weight * sum_i weight_i * loss_i / (sum of all pair weights)
//        + sft_weight * NLL(chosen answers and demonstrations) / (all their tokens)
//
// Both denominators span all micro-batches and ranks. A micro-batch contributes its share, shares
// add up to the loss of the step, and gradients are summed (not averaged) over micro-batches and
// ranks: accumulation and rank count change nothing.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

#include "losses/preference.h"

namespace braid {

struct ObjectiveConfig {
  PreferenceConfig preference;
  double preference_weight = 1;
  double sft_weight = 0;

  void validate() const;  // Error: a negative weight, both 0, or an invalid preference loss

  bool needs_reference() const;  // false also when the preference loss has no weight
};

// Of the whole optimizer step. 0 only where the step has no such items.
struct StepTotals {
  double pair_weight = 0;
  double sft_tokens = 0;
};

// One micro-batch. N pairs and M branches with an SFT loss; either may be 0.
struct ObjectiveInput {
  at::Tensor branch_sums;       // [B] summed logps of the policy, differentiable
  at::Tensor branch_lengths;    // [B] scored tokens
  at::Tensor reference_sums;    // [B]; undefined when not needed
  at::Tensor chosen, rejected;  // [N] int64 branch numbers
  at::Tensor margins, weights;  // [N]
  at::Tensor sft_branches;      // [M] int64: chosen answers and demonstrations
};

// Slots of ObjectiveOutput::sums. Every slot is a sum, so micro-batches and ranks are joined by
// adding.
enum class ObjectiveSlot : int64_t {
  kPreferenceLoss,  // weighted
  kPairWeight,
  kPairs,
  kSftNll,
  kSftTokens,
  kChosenRewards,
  kRejectedRewards,
  kAccuracies,  // 1 where the chosen reward is larger, one half where the two are equal
  kChosenLogps,
  kRejectedLogps,
  kCount,
};

struct ObjectiveOutput {
  at::Tensor loss;  // scalar share of the step's loss, differentiable even when there is nothing to
                    // learn from
  at::Tensor sums;  // [kCount] float64 on the device, detached
};

ObjectiveOutput objective(const ObjectiveConfig& config, const ObjectiveInput& input,
                          const StepTotals& totals);

// Slots summed over a step (or a whole evaluation) as means under TRL's names: loss,
// loss/preference, loss/sft, rewards/{chosen,rejected,accuracies,margins}, logps/{chosen,rejected}.
// What has no items, and losses and rewards of a preference loss without weight, are left out. One
// host read.
std::vector<std::pair<std::string, double>> objective_metrics(const ObjectiveConfig& config,
                                                              const at::Tensor& sums);

}  // namespace braid
