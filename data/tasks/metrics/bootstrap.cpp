#include "data/tasks/metrics/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <unordered_map>

#include "base/error.h"
#include "base/random.h"

namespace braid {
namespace {

constexpr uint64_t kStream = 0x626f6f7473747261;

using Clusters = std::vector<std::vector<size_t>>;  // places of items

Clusters clusters_of(const ScoredItems& items) {
  Clusters clusters;
  std::unordered_map<std::string_view, size_t> numbers;
  for (size_t i = 0; i < items.size(); ++i) {
    const std::string& name = items[i]->item->cluster;
    if (name.empty()) {
      clusters.push_back({i});
      continue;
    }
    const auto [found, added] = numbers.emplace(name, clusters.size());
    if (added) clusters.emplace_back();
    clusters[found->second].push_back(i);
  }
  return clusters;
}

double percentile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(std::floor(place));
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - std::floor(place)) * (sorted[above] - sorted[below]);
}

using Statistic = std::function<double(const std::vector<size_t>&)>;  // of places

Estimate estimate(const Clusters& clusters, size_t count, const BootstrapOptions& options,
                  const Statistic& statistic) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  std::vector<size_t> places(count);
  for (size_t i = 0; i < count; ++i) places[i] = i;
  Estimate result{statistic(places), kNone, kNone};
  if (clusters.size() < 2) return result;
  std::vector<double> values;
  for (int64_t resample = 0; resample < options.resamples; ++resample) {
    places.clear();
    for (size_t draw = 0; draw < clusters.size(); ++draw) {
      const uint64_t index = static_cast<uint64_t>(resample) * clusters.size() + draw;
      const auto& drawn = clusters[random_below(options.seed, kStream, index, clusters.size())];
      places.insert(places.end(), drawn.begin(), drawn.end());
    }
    const double value = statistic(places);
    if (!std::isnan(value)) values.push_back(value);
  }
  if (values.empty()) return result;
  std::sort(values.begin(), values.end());
  result.low = percentile(values, 0.025);
  result.high = percentile(values, 0.975);
  return result;
}

ScoredItems pick(const ScoredItems& items, const std::vector<size_t>& places) {
  ScoredItems picked;
  picked.reserve(places.size());
  for (const size_t place : places) picked.push_back(items[place]);
  return picked;
}

}  // namespace

Estimate bootstrap(const MetricSpec& metric, const ScoredItems& items,
                   const BootstrapOptions& options) {
  return estimate(clusters_of(items), items.size(), options,
                  [&](const auto& places) { return metric.value(pick(items, places)); });
}

Estimate paired_bootstrap(const MetricSpec& metric, const ScoredItems& first,
                          const ScoredItems& second, const BootstrapOptions& options) {
  BRAID_ASSERT(first.size() == second.size());
  return estimate(clusters_of(first), first.size(), options, [&](const auto& places) {
    return metric.value(pick(second, places)) - metric.value(pick(first, places));
  });
}

}  // namespace braid
