#include "losses/objective.h"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <array>
#include <cmath>

#include "base/error.h"

namespace braid {
namespace {

constexpr auto kSlots = static_cast<size_t>(ObjectiveSlot::kCount);

// Slots of one micro-batch while they are collected; undefined means 0.
class Sums {
 public:
  at::Tensor& operator[](ObjectiveSlot slot) { return values_[static_cast<size_t>(slot)]; }

  at::Tensor stacked(const at::TensorOptions& options) const {
    const at::Tensor zero = at::zeros({}, options.dtype(at::kDouble).requires_grad(false));
    std::vector<at::Tensor> values;
    for (const at::Tensor& value : values_)
      values.push_back(value.defined() ? value.detach() : zero);
    return at::stack(values);
  }

 private:
  std::array<at::Tensor, kSlots> values_;
};

at::Tensor total(const at::Tensor& values) { return values.detach().sum(at::kDouble); }

at::Tensor at_branches(const at::Tensor& values, const at::Tensor& branches) {
  return values.defined() ? values.index_select(0, branches) : values;
}

PreferenceInput preference_input(const ObjectiveInput& input) {
  return {at_branches(input.branch_sums, input.chosen),
          at_branches(input.branch_sums, input.rejected),
          at_branches(input.reference_sums, input.chosen),
          at_branches(input.reference_sums, input.rejected),
          at_branches(input.branch_lengths, input.chosen),
          at_branches(input.branch_lengths, input.rejected),
          input.margins};
}

// Sum of weighted pair losses; undefined when the loss has no weight.
at::Tensor preference_sum(const ObjectiveConfig& config, const ObjectiveInput& input, Sums& sums) {
  const PreferenceInput pairs = preference_input(input);
  sums[ObjectiveSlot::kPairs] = total(at::ones_like(input.weights));
  sums[ObjectiveSlot::kPairWeight] = total(input.weights);
  sums[ObjectiveSlot::kChosenLogps] = total(pairs.policy_chosen);
  sums[ObjectiveSlot::kRejectedLogps] = total(pairs.policy_rejected);
  if (config.preference_weight == 0) return at::Tensor();
  const PreferenceOutput output = preference_loss(config.preference, pairs);
  const at::Tensor weighted = output.losses * input.weights;
  const at::Tensor &chosen = output.chosen_rewards, &rejected = output.rejected_rewards;
  sums[ObjectiveSlot::kPreferenceLoss] = total(weighted);
  sums[ObjectiveSlot::kChosenRewards] = total(chosen);
  sums[ObjectiveSlot::kRejectedRewards] = total(rejected);
  sums[ObjectiveSlot::kAccuracies] = total(chosen > rejected) + 0.5 * total(chosen == rejected);
  return weighted.sum();
}

at::Tensor sft_sum(const ObjectiveInput& input, Sums& sums) {
  const at::Tensor nll = -at_branches(input.branch_sums, input.sft_branches);
  sums[ObjectiveSlot::kSftNll] = total(nll);
  sums[ObjectiveSlot::kSftTokens] = total(at_branches(input.branch_lengths, input.sft_branches));
  return nll.sum();
}

bool is_weight(double value) { return std::isfinite(value) && value >= 0; }

}  // namespace

void ObjectiveConfig::validate() const {
  std::vector<std::string> problems;
  if (!is_weight(preference_weight)) {
    problems.push_back(fmt::format("train.preference_weight: {}; 0 or more", preference_weight));
  }
  if (!is_weight(sft_weight))
    problems.push_back(fmt::format("train.sft_weight: {}; 0 or more", sft_weight));
  if (preference_weight == 0 && sft_weight == 0) {
    problems.push_back(
        "train.preference_weight and train.sft_weight are both 0: nothing to train on");
  }
  try {
    preference.validate();
  } catch (const Error& error) {
    problems.emplace_back(error.what());
  }
  if (!problems.empty()) fail("{}", fmt::join(problems, "; "));
}

bool ObjectiveConfig::needs_reference() const {
  return preference_weight > 0 && braid::needs_reference(preference.kind);
}

ObjectiveOutput objective(const ObjectiveConfig& config, const ObjectiveInput& input,
                          const StepTotals& totals) {
  Sums sums;
  // Zero, but on the graph: backward works when this micro-batch has no term of positive weight.
  at::Tensor loss = input.branch_sums.slice(0, 0, 0).sum();
  if (input.chosen.numel() > 0) {
    const at::Tensor sum = preference_sum(config, input, sums);
    if (sum.defined()) {
      BRAID_ASSERT(totals.pair_weight > 0);
      loss = loss + sum * (config.preference_weight / totals.pair_weight);
    }
  }
  if (input.sft_branches.numel() > 0) {
    const at::Tensor sum = sft_sum(input, sums);
    if (config.sft_weight > 0) {
      BRAID_ASSERT(totals.sft_tokens > 0);
      loss = loss + sum * (config.sft_weight / totals.sft_tokens);
    }
  }
  return {loss, sums.stacked(input.branch_sums.options())};
}

std::vector<std::pair<std::string, double>> objective_metrics(const ObjectiveConfig& config,
                                                              const at::Tensor& sums) {
  BRAID_ASSERT(sums.numel() == static_cast<int64_t>(kSlots) && sums.scalar_type() == at::kDouble);
  const at::Tensor host = sums.cpu().contiguous();
  const double* const values = host.const_data_ptr<double>();
  const auto slot = [&](ObjectiveSlot s) { return values[static_cast<size_t>(s)]; };
  const double pairs = slot(ObjectiveSlot::kPairs), tokens = slot(ObjectiveSlot::kSftTokens);
  const bool has_preference = config.preference_weight > 0 && slot(ObjectiveSlot::kPairWeight) > 0;
  std::vector<std::pair<std::string, double>> metrics = {{"loss", 0.0}};
  if (has_preference) {
    const double value = slot(ObjectiveSlot::kPreferenceLoss) / slot(ObjectiveSlot::kPairWeight);
    metrics.emplace_back("loss/preference", value);
    metrics[0].second += config.preference_weight * value;
  }
  if (tokens > 0) {
    const double value = slot(ObjectiveSlot::kSftNll) / tokens;
    metrics.emplace_back("loss/sft", value);
    metrics[0].second += config.sft_weight * value;
  }
  if (has_preference) {
    const double chosen = slot(ObjectiveSlot::kChosenRewards) / pairs;
    const double rejected = slot(ObjectiveSlot::kRejectedRewards) / pairs;
    metrics.insert(metrics.end(), {{"rewards/chosen", chosen},
                                   {"rewards/rejected", rejected},
                                   {"rewards/accuracies", slot(ObjectiveSlot::kAccuracies) / pairs},
                                   {"rewards/margins", chosen - rejected}});
  }
  if (pairs > 0) {
    metrics.emplace_back("logps/chosen", slot(ObjectiveSlot::kChosenLogps) / pairs);
    metrics.emplace_back("logps/rejected", slot(ObjectiveSlot::kRejectedLogps) / pairs);
  }
  return metrics;
}

}  // namespace braid
