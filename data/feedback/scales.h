// Brings the ratings of a source to [0, 1], higher is better, and computes utilities.
#pragma once

#include <vector>

#include "data/feedback/kinds/kind.h"

namespace braid {

// Scales that depend on all ratings of the source, learnt once from its sets.
class Scales {
 public:
  Scales(const std::vector<Axis>& axes, const std::vector<ComparisonSet>& sets);

  // Replaces the ratings and spreads of `response`, and sets its utility and disagreement: weighted
  // means over the axes it is rated on; the utility is NaN without any. Spreads of axes scaled by
  // rank are fractions of the range that the ratings span.
  void apply(Response& response) const;

 private:
  double unit(size_t axis, double rating) const;

  const std::vector<Axis>& axes_;
  std::vector<double> low_, high_;
  std::vector<std::vector<double>> sorted_;  // of axes that are scaled by rank
};

}  // namespace braid
