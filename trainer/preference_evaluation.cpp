// Preference metrics of one policy over held-out pairs.
#include "trainer/preference_evaluation.h"

#include <ATen/ATen.h>

#include <cmath>

#include "base/error.h"

namespace braid {
namespace {

struct PairTensors {
  std::vector<const EncodedGroup*> groups;
  PreferenceInput input;
};

PairTensors select_pairs(const PreferenceConfig& config, const std::vector<EncodedGroup>& groups,
                         const at::Tensor& policy, const at::Tensor& reference) {
  PairTensors pairs;
  std::vector<int64_t> chosen;
  std::vector<float> chosen_lengths, rejected_lengths, margins;
  int64_t branch = 0;
  for (const EncodedGroup& group : groups) {
    if (group.branches.size() == 2) {
      pairs.groups.push_back(&group);
      chosen.push_back(branch);
      chosen_lengths.push_back(static_cast<float>(group.branches[0].size()));
      rejected_lengths.push_back(static_cast<float>(group.branches[1].size()));
      margins.push_back(static_cast<float>(group.margin));
    }
    branch += static_cast<int64_t>(group.branches.size());
  }
  if (chosen.empty()) {
    fail("no preference pairs to evaluate; check data.validation and data.held_out");
  }
  const at::Tensor first = at::tensor(chosen, at::kLong), second = first + 1;
  pairs.input = {policy.index_select(0, first),
                 policy.index_select(0, second),
                 at::Tensor(),
                 at::Tensor(),
                 at::tensor(chosen_lengths),
                 at::tensor(rejected_lengths),
                 at::tensor(margins)};
  if (needs_reference(config.kind)) {
    pairs.input.reference_chosen = reference.index_select(0, first);
    pairs.input.reference_rejected = reference.index_select(0, second);
  }
  return pairs;
}

std::vector<double> values_of(const at::Tensor& tensor) {
  const at::Tensor doubles = tensor.to(at::kDouble).contiguous();
  const double* const begin = doubles.const_data_ptr<double>();
  return {begin, begin + doubles.numel()};
}

std::vector<PairResult> pair_results(const PairTensors& pairs, const PreferenceOutput& output) {
  const auto losses = values_of(output.losses);
  const auto chosen_rewards = values_of(output.chosen_rewards);
  const auto rejected_rewards = values_of(output.rejected_rewards);
  const auto chosen_logps = values_of(pairs.input.policy_chosen);
  const auto rejected_logps = values_of(pairs.input.policy_rejected);
  std::vector<PairResult> results;
  for (size_t i = 0; i < pairs.groups.size(); ++i) {
    results.push_back({pairs.groups[i], losses[i], chosen_rewards[i], rejected_rewards[i],
                       chosen_logps[i], rejected_logps[i]});
  }
  return results;
}

// 1 for right, 0 for wrong, one half for a tie: a constant policy gets 50 %.
double correctness(double chosen, double rejected) {
  return chosen > rejected ? 1.0 : chosen == rejected ? 0.5 : 0.0;
}

PairShare share_of(double successes, double trials) {
  const auto [low, high] = wilson_interval(successes, trials);
  return {successes / trials, low, high};
}

double macro_average(const std::map<std::string, PreferenceSummary>& sources,
                     PairShare PreferenceSummary::*share) {
  double sum = 0;
  for (const auto& [name, source] : sources) sum += (source.*share).value;
  return sum / static_cast<double>(sources.size());
}

}  // namespace

double PairResult::correct() const { return correctness(chosen_reward, rejected_reward); }

double PairResult::logps_correct() const {
  return correctness(chosen_logp / static_cast<double>(group->branches[0].size()),
                     rejected_logp / static_cast<double>(group->branches[1].size()));
}

std::pair<double, double> wilson_interval(double successes, double trials) {
  constexpr double z = 1.959963984540054;  // 97.5 % quantile of the normal distribution
  const double p = successes / trials, scale = 1 + z * z / trials;
  const double centre = p + z * z / (2 * trials);
  const double half = z * std::sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials));
  return {(centre - half) / scale, (centre + half) / scale};
}

PreferenceSummary summarize(const std::vector<const PairResult*>& pairs) {
  BRAID_ASSERT(!pairs.empty());
  PreferenceSummary sum;
  double right = 0, right_by_logp = 0, weights = 0;
  for (const PairResult* pair : pairs) {
    weights += pair->group->weight;
    sum.loss += pair->group->weight * pair->loss;
    sum.chosen_reward += pair->chosen_reward;
    sum.rejected_reward += pair->rejected_reward;
    sum.chosen_logp += pair->chosen_logp;
    sum.rejected_logp += pair->rejected_logp;
    right += pair->correct();
    right_by_logp += pair->logps_correct();
  }
  const auto count = static_cast<double>(pairs.size());
  for (double* total :
       {&sum.chosen_reward, &sum.rejected_reward, &sum.chosen_logp, &sum.rejected_logp}) {
    *total /= count;
  }
  if (weights > 0) sum.loss /= weights;
  sum.pairs = static_cast<int64_t>(pairs.size());
  sum.margin = sum.chosen_reward - sum.rejected_reward;
  sum.accuracy = share_of(right, count);
  sum.logp_accuracy = share_of(right_by_logp, count);
  return sum;
}

PreferenceEvaluation evaluate_preferences(const PreferenceConfig& config,
                                          const std::vector<EncodedGroup>& groups,
                                          const at::Tensor& policy, const at::Tensor& reference) {
  const PairTensors tensors = select_pairs(config, groups, policy, reference);
  PreferenceEvaluation result;
  result.pairs = pair_results(tensors, preference_loss(config, tensors.input));
  std::vector<const PairResult*> all;
  std::map<std::string, std::vector<const PairResult*>> by_source;
  for (const PairResult& pair : result.pairs) {
    all.push_back(&pair);
    by_source[std::string(pair.group->source)].push_back(&pair);
  }
  result.all = summarize(all);
  for (const auto& [source, pairs] : by_source) result.sources[source] = summarize(pairs);
  return result;
}

double PreferenceEvaluation::macro_accuracy() const {
  return macro_average(sources, &PreferenceSummary::accuracy);
}

double PreferenceEvaluation::macro_logp_accuracy() const {
  return macro_average(sources, &PreferenceSummary::logp_accuracy);
}

Metrics PreferenceSummary::metrics() const {
  return {{"eval_loss", loss},
          {"eval_rewards/chosen", chosen_reward},
          {"eval_rewards/rejected", rejected_reward},
          {"eval_rewards/margins", margin},
          {"eval_rewards/accuracies", accuracy.value},
          {"eval_logps/chosen", chosen_logp},
          {"eval_logps/rejected", rejected_logp},
          {"eval_logps/accuracies", logp_accuracy.value}};
}

}  // namespace braid
