// Intervals by resampling.
#pragma once

#include <cstdint>
#include <vector>

#include "data/tasks/metrics/metric.h"

namespace braid {

struct Estimate {
  double value = 0;          // on the items as they are
  double low = 0, high = 0;  // 95 % percentile interval; NaN with fewer than two clusters
};

struct BootstrapOptions {
  int64_t resamples = 1000;
  uint64_t seed = 0;
};

// Draws as many clusters as there are, with replacement; an item without a cluster is one.
// Resamples on which the number is NaN are left out.
Estimate bootstrap(const MetricSpec& metric, const ScoredItems& items,
                   const BootstrapOptions& options);

// The difference second - first of the number on the same items scored by two models, resampled
// together; items are matched by their place.
Estimate paired_bootstrap(const MetricSpec& metric, const ScoredItems& first,
                          const ScoredItems& second, const BootstrapOptions& options);

}  // namespace braid
