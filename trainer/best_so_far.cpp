#include "trainer/best_so_far.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace braid {
namespace {

bool highest_is_best(const TrainConfig& config) {
  if (config.best_goal != "auto") return config.best_goal == "max";
  constexpr std::array<std::string_view, 3> kCosts = {"loss", "perplexity", "bits_per_byte"};
  return std::ranges::none_of(kCosts,
                              [&](std::string_view cost) { return config.best.ends_with(cost); });
}

}  // namespace

BestSoFar::BestSoFar(const TrainConfig& config)
    : number(config.best), highest(highest_is_best(config)) {}

BestSoFar::BestSoFar(ObjectReader& object)
    : number(object.require_string("number")),
      highest(object.require_string("goal") == "max"),
      step(object.require_integer("step")),
      value(object.number("value", 0)),
      without_improvement(object.require_integer("without_improvement")) {}

bool BestSoFar::take(int64_t at_step, double measured) {
  const bool first = step == 0 && measured == measured;
  if (first || (step > 0 && (highest ? measured > value : measured < value))) {
    step = at_step;
    value = measured;
    without_improvement = 0;
    return true;
  }
  ++without_improvement;
  return false;
}

bool BestSoFar::given_up(int64_t patience) const {
  return patience > 0 && without_improvement >= patience;
}

bool BestSoFar::same_goal(const BestSoFar& other) const {
  return number == other.number && highest == other.highest;
}

Json BestSoFar::to_json() const {
  return {{"number", number},
          {"goal", highest ? "max" : "min"},
          {"step", step},
          {"value", value},
          {"without_improvement", without_improvement}};
}

std::string BestSoFar::describe() const {
  if (step == 0) return number + " has never been a number";
  return fmt::format("{} {:.4f} at step {}", number, value, step);
}

}  // namespace braid
