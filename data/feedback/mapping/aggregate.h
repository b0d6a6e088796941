// Several opinions on one thing become one value. The order of the opinions does not matter, not
// even in the last bit.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace braid {

// kMajority: the most frequent value; the mean of those when several are equally frequent.
enum class Aggregation { kMean, kMedian, kMajority };

struct Opinion {
  double value = 0;
  double spread = 0;  // standard deviation (of the population)
};

// `values` must not be empty.
Opinion aggregate(std::vector<double> values, Aggregation how);

// Member "annotators": "mean" (default), "median" or "majority".
Aggregation read_aggregation(ObjectReader& object);

}  // namespace braid
