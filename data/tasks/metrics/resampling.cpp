#include "data/tasks/metrics/resampling.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_map>

#include "base/random.h"

namespace braid {
namespace {

constexpr uint64_t kStream = 0x626f6f7473747261;

double percentile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(std::floor(place));
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - std::floor(place)) * (sorted[above] - sorted[below]);
}

std::vector<size_t> all_places(const Clusters& clusters) {
  size_t count = 0;
  for (const auto& cluster : clusters) count += cluster.size();
  std::vector<size_t> places(count);
  std::iota(places.begin(), places.end(), size_t{0});
  return places;
}

}  // namespace

Clusters clusters_by_name(const std::vector<std::string_view>& names) {
  Clusters clusters;
  std::unordered_map<std::string_view, size_t> numbers;
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) {
      clusters.push_back({i});
      continue;
    }
    const auto [found, added] = numbers.emplace(names[i], clusters.size());
    if (added) clusters.emplace_back();
    clusters[found->second].push_back(i);
  }
  return clusters;
}

Estimate resample(const Clusters& clusters, const BootstrapOptions& options,
                  const Statistic& statistic) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  std::vector<size_t> places = all_places(clusters);
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

}  // namespace braid
