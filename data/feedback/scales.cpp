// Scales of ratings.
#include "data/feedback/scales.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace braid {

Scales::Scales(const std::vector<Axis>& axes, const std::vector<ComparisonSet>& sets)
    : axes_(axes), sorted_(axes.size()) {
  for (size_t axis = 0; axis < axes.size(); ++axis) {
    const Scale& scale = axes[axis].scale;
    double low = scale.low, high = scale.high;
    if (scale.kind != Scale::Kind::kRange) {
      low = std::numeric_limits<double>::infinity();
      high = -low;
      for (const ComparisonSet& set : sets) {
        for (const Response& response : set.responses) {
          const double rating = response.ratings[axis];
          if (std::isnan(rating)) continue;
          low = std::min(low, rating);
          high = std::max(high, rating);
          if (scale.kind == Scale::Kind::kRank) sorted_[axis].push_back(rating);
        }
      }
      std::sort(sorted_[axis].begin(), sorted_[axis].end());
    }
    low_.push_back(low);
    high_.push_back(high);
  }
}

double Scales::unit(size_t axis, double rating) const {
  const Scale& scale = axes_[axis].scale;
  double value = 0.5;  // where all ratings are equal there is nothing to tell apart
  if (scale.kind == Scale::Kind::kRank) {
    const std::vector<double>& all = sorted_[axis];
    const auto [first, last] = std::equal_range(all.begin(), all.end(), rating);
    const auto below = static_cast<double>(first - all.begin());
    const auto equal = static_cast<double>(last - first);
    value = (below + equal / 2) / static_cast<double>(all.size());
  } else if (low_[axis] < high_[axis]) {
    // Halves, because the range of two finite numbers may be infinite.
    value = (rating / 2 - low_[axis] / 2) / (high_[axis] / 2 - low_[axis] / 2);
  }
  return scale.higher_is_better ? value : 1 - value;
}

void Scales::apply(Response& response) const {
  double sum = 0, spread = 0, weights = 0;
  for (size_t axis = 0; axis < axes_.size(); ++axis) {
    double& rating = response.ratings[axis];
    if (std::isnan(rating)) continue;
    rating = unit(axis, rating);
    sum += axes_[axis].weight * rating;
    if (!response.spreads.empty()) {
      const double range = high_[axis] - low_[axis];
      response.spreads[axis] = range > 0 ? response.spreads[axis] / range : 0;
      spread += axes_[axis].weight * response.spreads[axis];
    }
    weights += axes_[axis].weight;
  }
  response.disagreement = weights > 0 ? spread / weights : 0;
  response.utility = weights > 0 ? sum / weights : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace braid
