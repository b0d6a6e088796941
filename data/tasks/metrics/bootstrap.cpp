#include "data/tasks/metrics/bootstrap.h"

#include "base/error.h"

namespace braid {
namespace {

Clusters clusters_of(const ScoredItems& items) {
  std::vector<std::string_view> names;
  names.reserve(items.size());
  for (const ScoredItem* item : items) names.push_back(item->item->cluster);
  return clusters_by_name(names);
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
  return resample(clusters_of(items), options,
                  [&](const auto& places) { return metric.value(pick(items, places)); });
}

Estimate paired_bootstrap(const MetricSpec& metric, const ScoredItems& first,
                          const ScoredItems& second, const BootstrapOptions& options) {
  BRAID_ASSERT(first.size() == second.size());
  return resample(clusters_of(first), options, [&](const auto& places) {
    return metric.value(pick(second, places)) - metric.value(pick(first, places));
  });
}

}  // namespace braid
