// Intervals of a task's numbers by resampling; an item without a cluster is one.
#pragma once

#include "data/tasks/metrics/metric.h"
#include "data/tasks/metrics/resampling.h"

namespace braid {

Estimate bootstrap(const MetricSpec& metric, const ScoredItems& items,
                   const BootstrapOptions& options);

// The difference second - first of the number on the same items scored by two models, resampled
// together; items are matched by their place.
Estimate paired_bootstrap(const MetricSpec& metric, const ScoredItems& first,
                          const ScoredItems& second, const BootstrapOptions& options);

}  // namespace braid
