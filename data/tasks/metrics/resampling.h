// Bootstrap intervals of any number of things that come in clusters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace braid {

struct Estimate {
  double value = 0;          // on the things as they are
  double low = 0, high = 0;  // 95 % percentile interval; NaN with fewer than two clusters
};

struct BootstrapOptions {
  int64_t resamples = 1000;
  uint64_t seed = 0;
};

// Places of things that are drawn together. Every place from 0 on is in one cluster.
using Clusters = std::vector<std::vector<size_t>>;

// One cluster per name, in the order of first places; a thing without a name is one of its own.
Clusters clusters_by_name(const std::vector<std::string_view>& names);

// A number of the things at these places, in which a place may be several times.
using Statistic = std::function<double(const std::vector<size_t>& places)>;

// Draws as many clusters as there are, with replacement. Resamples on which the number is NaN are
// left out. Time: resamples * (places + the statistic).
Estimate resample(const Clusters& clusters, const BootstrapOptions& options,
                  const Statistic& statistic);

}  // namespace braid
