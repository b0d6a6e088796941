// Mean, median and mode of opinions.
#include "data/feedback/mapping/aggregate.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"

namespace braid {
namespace {

// `values` are sorted in all of these.
double mean(const std::vector<double>& values) {
  if (values.front() == values.back()) return values.front();  // exactly, whatever their number
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double median(const std::vector<double>& values) {
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double mode(const std::vector<double>& values) {
  std::vector<double> winners;
  ptrdiff_t most = 0;
  for (auto begin = values.begin(); begin != values.end();) {
    const auto end = std::upper_bound(begin, values.end(), *begin);
    if (end - begin > most) winners.clear();
    most = std::max(most, end - begin);
    if (end - begin == most) winners.push_back(*begin);
    begin = end;
  }
  return mean(winners);
}

}  // namespace

Opinion aggregate(std::vector<double> values, Aggregation how) {
  BRAID_ASSERT(!values.empty());
  std::sort(values.begin(), values.end());
  const double middle = mean(values);
  double squares = 0;
  for (const double value : values) squares += (value - middle) * (value - middle);
  const double spread = std::sqrt(squares / static_cast<double>(values.size()));
  switch (how) {
    case Aggregation::kMean:
      return {middle, spread};
    case Aggregation::kMedian:
      return {median(values), spread};
    case Aggregation::kMajority:
      return {mode(values), spread};
  }
  return {middle, spread};
}

Aggregation read_aggregation(ObjectReader& object) {
  const std::string name = object.string("annotators", "mean");
  if (name == "mean") return Aggregation::kMean;
  if (name == "median") return Aggregation::kMedian;
  if (name == "majority") return Aggregation::kMajority;
  object.error("annotators",
               fmt::format("unknown rule {}; use mean, median or majority", quote(name)));
}

}  // namespace braid
