// Reading of axes, and ratings from rows.
#include "data/feedback/mapping/axis.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "data/feedback/mapping/scalars.h"

namespace braid {
namespace {

double bound_at(ObjectReader& object, const Json& range, size_t index) {
  if (!range.is_array() || range.size() != 2 || !range[index].is_number() ||
      !std::isfinite(range[index].get<double>())) {
    object.error("range", "expected [low, high], two finite numbers");
  }
  return range[index].get<double>();
}

}  // namespace

Scale read_scale(ObjectReader& object, bool bounded) {
  Scale scale;
  scale.kind = Scale::Kind::kObserved;
  if (const Json* range = object.find("range")) {
    if (!bounded && *range == "rank") {
      scale.kind = Scale::Kind::kRank;
    } else {
      scale.kind = Scale::Kind::kRange;
      scale.low = bound_at(object, *range, 0);
      scale.high = bound_at(object, *range, 1);
      if (!(scale.low < scale.high)) object.error("range", "low must be less than high");
      if (!std::isfinite(scale.high - scale.low))
        object.error("range", "is wider than numbers are");
    }
  } else if (bounded) {
    object.error("range", "is missing; give [low, high], the ends of the scale");
  }
  scale.clamp = object.boolean("clamp", false);
  if (scale.clamp && scale.kind != Scale::Kind::kRange) {
    object.error("clamp", "needs a range [low, high]");
  }
  return scale;
}

Axis read_axis(ObjectReader object, Aggregation annotators) {
  Axis axis;
  axis.name = object.require_string("name");
  axis.value = Field::read_inline(object, axis.name);
  axis.weight = object.number("weight", 1.0);
  if (!(axis.weight > 0)) {
    object.error("weight", "expected more than 0; for a bad quality set higher_is_better to false");
  }
  axis.scale = read_scale(object, false);
  axis.scale.higher_is_better = object.boolean("higher_is_better", true);
  axis.annotators = annotators;
  object.reject_unknown();
  return axis;
}

std::optional<Opinion> rate(const Field& value, const Scale& scale, Aggregation annotators,
                            const Scope& scope) {
  Json scratch;
  std::vector<double> numbers;
  for (const Json* entry : value.all(scope, scratch)) {
    const auto number = scalar_number(*entry, value.name());
    if (!number) continue;
    const bool bounded = scale.kind == Scale::Kind::kRange;
    if (bounded && !scale.clamp && (*number < scale.low || *number > scale.high)) {
      fail("{}: {} is outside of the range {} to {}; correct the range, or set clamp", value.name(),
           *number, scale.low, scale.high);
    }
    numbers.push_back(bounded ? std::clamp(*number, scale.low, scale.high) : *number);
  }
  if (numbers.empty()) return std::nullopt;
  return aggregate(std::move(numbers), annotators);
}

}  // namespace braid
