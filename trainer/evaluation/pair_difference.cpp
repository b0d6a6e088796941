#include "trainer/evaluation/pair_difference.h"

#include <fmt/format.h>

#include <cmath>

#include "base/error.h"

namespace braid {
namespace {

// Pairs under both policies, by place.
struct Both {
  std::vector<const PairVerdict*> first, second;
};

using Number = double PairVerdict::*;

double mean(const std::vector<const PairVerdict*>& pairs, Number number) {
  double sum = 0;
  for (const PairVerdict* pair : pairs) sum += pair->*number;
  return sum / static_cast<double>(pairs.size());
}

ShareDifference difference_of(const Both& pairs, Number number, const Clusters& clusters,
                              const BootstrapOptions& options) {
  std::vector<double> gains;
  for (size_t i = 0; i < pairs.first.size(); ++i) {
    gains.push_back(pairs.second[i]->*number - pairs.first[i]->*number);
  }
  const auto mean_gain = [&](const std::vector<size_t>& places) {
    double sum = 0;
    for (const size_t place : places) sum += gains[place];
    return sum / static_cast<double>(places.size());
  };
  return {mean(pairs.first, number), mean(pairs.second, number),
          resample(clusters, options, mean_gain)};
}

PairDifference compare(const Both& pairs, const BootstrapOptions& options) {
  std::vector<std::string_view> prompts;
  for (const PairVerdict* pair : pairs.second) prompts.push_back(pair->prompt);
  const Clusters clusters = clusters_by_name(prompts);
  return {pairs.second.size(), difference_of(pairs, &PairVerdict::correct, clusters, options),
          difference_of(pairs, &PairVerdict::logps_correct, clusters, options)};
}

}  // namespace

PairDifferences compare_verdicts(const std::vector<PairVerdict>& first,
                                 const std::vector<PairVerdict>& second,
                                 const BootstrapOptions& options) {
  BRAID_ASSERT(!first.empty() && first.size() == second.size());
  Both all;
  std::map<std::string, Both> sources;
  for (size_t i = 0; i < first.size(); ++i) {
    all.first.push_back(&first[i]);
    all.second.push_back(&second[i]);
    if (first[i].source != second[i].source) continue;
    sources[second[i].source].first.push_back(&first[i]);
    sources[second[i].source].second.push_back(&second[i]);
  }
  PairDifferences result{compare(all, options), {}};
  for (const auto& [source, pairs] : sources) result.sources[source] = compare(pairs, options);
  return result;
}

std::string difference_text(const Estimate& difference) {
  const std::string value = fmt::format("{:+.1f} %", 100 * difference.value);
  if (std::isnan(difference.low)) return value;
  return fmt::format("{} [{:+.1f}, {:+.1f}]", value, 100 * difference.low, 100 * difference.high);
}

}  // namespace braid
