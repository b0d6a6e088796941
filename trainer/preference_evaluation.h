// Held-out preference metrics of one policy: loss, rewards, margins, accuracy with a 95 % interval,
// and every pair.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/batches/groups.h"
#include "losses/preference.h"
#include "trainer/metrics.h"

namespace braid {

struct PairResult {
  const EncodedGroup* group = nullptr;
  double loss = 0, chosen_reward = 0, rejected_reward = 0;
  double chosen_logp = 0, rejected_logp = 0;
};

struct PreferenceEvaluation {
  std::vector<PairResult> pairs;
  double loss = 0;  // mean by the pairs' weights, as in training
  double chosen_reward = 0, rejected_reward = 0, margin = 0;
  double accuracy = 0;  // of rewards (log-ratios to the reference); ties count half
  double accuracy_low = 0, accuracy_high = 0;  // Wilson score interval, 95 %
  double logp_accuracy =
      0;  // chosen answer has the higher mean log-probability per token; no reference involved
  double logp_accuracy_low = 0, logp_accuracy_high = 0;
  double chosen_logp = 0, rejected_logp = 0;

  Metrics metrics() const;  // TRL's names, prefixed "eval_"
};

// `policy` and `reference` hold summed log-probabilities of every branch in group order
// (scoring.h); groups that are not pairs are left out. Error when there is no pair.
PreferenceEvaluation evaluate_preferences(const PreferenceConfig& config,
                                          const std::vector<EncodedGroup>& groups,
                                          const at::Tensor& policy, const at::Tensor& reference);

// One JSON line per pair: where it came from, lengths, log-probabilities, rewards, loss, whether it
// was judged right.
void write_pair_results(const std::filesystem::path& path, const PreferenceEvaluation& evaluation);

// Wilson score interval of `successes` out of `trials` at 95 %.
std::pair<double, double> wilson_interval(double successes, double trials);

}  // namespace braid
