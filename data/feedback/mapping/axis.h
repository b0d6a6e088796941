// An axis of quality: what is rated, on which scale, and what it counts in the utility.
#pragma once

#include <string>
#include <vector>

#include "data/feedback/mapping/aggregate.h"
#include "data/feedback/mapping/field.h"

namespace braid {

// How ratings become comparable. The result is in [0, 1], and higher is better.
struct Scale {
  enum class Kind {
    kRange,     // fraction of the range [low, high]
    kObserved,  // fraction of the range that the source's ratings span
    kRank,      // mean rank among all ratings of the source: for heavy-tailed scores
  };
  Kind kind = Kind::kRange;
  double low = 0, high = 1;
  bool clamp = false;  // kRange: values outside count as its ends; otherwise they are Errors
  bool higher_is_better = true;
};

struct Axis {
  std::string name;
  Field value;
  double weight = 1.0;
  Scale scale;
  Aggregation annotators = Aggregation::kMean;
};

// Members of an axis: "name", the members of a field (by default the path is the name), "weight"
// (1), "higher_is_better" (true), "range" ([low, high] or "rank"; absent: observed), "clamp"
// (false).
Axis read_axis(ObjectReader object, Aggregation annotators);

// The members "range" and "clamp" of `object`; a range of two numbers is required with `bounded`.
Scale read_scale(ObjectReader& object, bool bounded);

// The opinion that `value` gives; no opinion when it has no values. Errors: not numbers, outside of
// the range.
std::optional<Opinion> rate(const Field& value, const Scale& scale, Aggregation annotators,
                            const Scope& scope);

}  // namespace braid
