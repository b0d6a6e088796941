// Numbers of a task: functions of scored items.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "data/tasks/item.h"

namespace braid {

using ScoredItems = std::vector<const ScoredItem*>;

// What options are compared by.
enum class ScoreBy { kSum, kTokens, kBytes };  // log-probability; per token; per byte

// The score of an option.
double option_score(const OptionScore& option, ScoreBy by);
// The option of the highest score; of equal ones the first.
size_t best_option(const ScoredItem& item, ScoreBy by);

// Built-in numbers, by name; what an item has nothing for leaves it out:
//   accuracy            share of items whose best option is right
//   probability_true    probability of the right options over that of all, mean (TruthfulQA's MC2)
//   greedy_accuracy     share of items whose first option is what greedy decoding gives (LAMBADA)
//   perplexity          exp of the mean NLL per token of all options
//   bits_per_byte       mean NLL per byte, base 2
//   first_preferred     share of items whose first option scores higher than the second
//                       (CrowS-Pairs)
//   mean_gap            mean absolute difference of these two
//   lms, ss, icat       StereoSet (Nadeem et al. 2021), in percent, averaged over the tag "target"
//   bias                BBQ (Parrish et al. 2022): 2 b/n - 1, b of n answers that name a person are
//                       biased; on items with roles and the tag "polarity"
//   ambiguous_bias      (1 - accuracy) * bias
//   consistency         share of items whose whole cluster chooses the same option
// On items of two prompts (WinoBias in arXiv 2408.02861):
//   first_gap           mean absolute difference of log p of their first options
//   prompt_gap          the same of the sums over all options of each
//   divergence          mean KL of the next-token distributions, second from first, nats
// On answers (answer_metrics.h), strict or with "_loose" behind the name:
//   answers_right, checks_passed, answers_agree
// NaN when no item counts.
class Metric {
 public:
  virtual ~Metric() = default;
  virtual double value(const ScoredItems& items) const = 0;
};

// Error that lists the names when there is none of that name.
std::unique_ptr<Metric> make_metric(const std::string& name, ScoreBy by);

// A number that a task asks for: a built-in one on part of the items, or the difference of two
// parts.
struct MetricSpec {
  std::string name;  // in reports
  std::shared_ptr<const Metric> metric;
  std::map<std::string, std::vector<std::string>> where;  // tag -> values that count; empty: all
  // The number on items with `tag` = high minus that on those with low.
  struct Difference {
    std::string tag, high, low;
  };
  std::optional<Difference> difference;

  // A name, or {"metric", "name", "by": "sum" | "tokens" | "bytes", "where": {tag: value or
  // values}, "difference": [tag, high, low]}.
  static MetricSpec read(const Json& json, const std::string& where);

  double value(const ScoredItems& items) const;
};

}  // namespace braid
