// How much more often one policy is right than another on the same held-out pairs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "data/tasks/metrics/resampling.h"

namespace braid {

// How a policy judged a pair: 1 right, 0 wrong, one half a tie.
struct PairVerdict {
  std::string prompt;  // pairs of one prompt are drawn together
  std::string source;
  double correct = 0;        // by rewards (log-ratios to the reference)
  double logps_correct = 0;  // by log-probabilities per token
};

// The share of right ones under two policies, and second - first with its 95 % bootstrap interval.
struct ShareDifference {
  double first = 0, second = 0;
  Estimate difference;
};

struct PairDifference {
  size_t pairs = 0;
  ShareDifference accuracy, logp_accuracy;
};

struct PairDifferences {
  PairDifference all;
  std::map<std::string, PairDifference> sources;  // pairs that both count to the same source
};

// Pairs are matched by their place; there is at least one.
PairDifferences compare_verdicts(const std::vector<PairVerdict>& first,
                                 const std::vector<PairVerdict>& second,
                                 const BootstrapOptions& options);

// "+1.8 % [-0.3, +3.9]"; without the interval where there is none.
std::string difference_text(const Estimate& difference);

}  // namespace braid
