// Held-out preference metrics of one policy: loss, rewards, margins, accuracy with a 95 % interval,
// of all pairs and by source, and every pair.
#pragma once

#include <map>
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

  // 1 for right, 0 for wrong, one half for a tie.
  double correct() const;        // by rewards
  double logps_correct() const;  // by log-probabilities per token
};

// A share of pairs with its Wilson score interval, 95 %.
struct PairShare {
  double value = 0, low = 0, high = 0;
};

// The numbers of a set of pairs.
struct PreferenceSummary {
  int64_t pairs = 0;
  double loss = 0;  // mean by the pairs' weights, as in training
  double chosen_reward = 0, rejected_reward = 0, margin = 0;
  double chosen_logp = 0, rejected_logp = 0;
  PairShare accuracy;  // of rewards (log-ratios to the reference); ties count half
  // The chosen answer has the higher mean log-probability per token; no reference involved.
  PairShare logp_accuracy;

  Metrics metrics() const;  // TRL's names, prefixed "eval_"
};

// `pairs` is not empty.
PreferenceSummary summarize(const std::vector<const PairResult*>& pairs);

struct PreferenceEvaluation {
  std::vector<PairResult> pairs;
  PreferenceSummary all;
  std::map<std::string, PreferenceSummary> sources;  // by name; at least one

  // Means over sources of their accuracies: a large source counts as much as a small one.
  double macro_accuracy() const;
  double macro_logp_accuracy() const;
};

// `policy` and `reference` hold summed log-probabilities of every branch in group order
// (scoring.h); groups that are not pairs are left out. Error when there is no pair.
PreferenceEvaluation evaluate_preferences(const PreferenceConfig& config,
                                          const std::vector<EncodedGroup>& groups,
                                          const at::Tensor& policy, const at::Tensor& reference);

// Wilson score interval of `successes` out of `trials` at 95 %.
std::pair<double, double> wilson_interval(double successes, double trials);

}  // namespace braid
