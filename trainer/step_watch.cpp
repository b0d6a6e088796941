#include "trainer/step_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace braid {
namespace {

constexpr int64_t kFirstSteps = 20;  // before anything is unusual
constexpr int64_t kMemory = 50;      // steps
constexpr double kDeviations = 6, kOverMean = 1.5;
constexpr double kChosenDrop = 0.5;   // nats per token
constexpr int64_t kQuietSteps = 100;  // between two warnings of one kind

}  // namespace

StepWatch::StepWatch(ObjectReader& object)
    : first_steps_(object.require_integer("first_steps")),
      first_nll_(object.number("first_nll", 0)),
      recent_nll_(object.number("recent_nll", 0)) {
  for (const char* name : {"loss", "grad_norm"}) {
    if (auto spread = object.object(name)) {
      spreads_[name] = {spread->require_integer("count"), spread->number("mean", 0),
                        spread->number("variance", 0)};
    }
  }
  told_ = object.counts("told");
}

Json StepWatch::to_json() const {
  Json json = {{"first_steps", first_steps_},
               {"first_nll", first_nll_},
               {"recent_nll", recent_nll_},
               {"told", told_}};
  for (const auto& [name, spread] : spreads_) {
    json[name] = {{"count", spread.count}, {"mean", spread.mean}, {"variance", spread.variance}};
  }
  return json;
}

double StepWatch::Spread::limit() const {
  return std::max(mean + kDeviations * std::sqrt(variance), kOverMean * mean);
}

void StepWatch::Spread::take(double value) {
  count = std::min(count + 1, kMemory);
  const double share = 1 / static_cast<double>(count), distance = value - mean;
  mean += share * distance;
  variance = (1 - share) * (variance + share * distance * distance);
}

std::vector<std::string> StepWatch::take(int64_t step, const Metrics& metrics) {
  step_ = step;
  std::vector<std::string> signs;
  for (const auto& [name, value] : metrics) {
    if (!std::isfinite(value)) continue;
    if (name == "loss" || name == "grad_norm") look_for_spike(name, value, signs);
    if (name == "loss/sft") look_at_chosen(value, signs);
  }
  return signs;
}

void StepWatch::look_for_spike(std::string_view name, double value,
                               std::vector<std::string>& signs) {
  Spread& spread = spreads_[std::string(name)];
  const bool known = spread.count >= kFirstSteps;
  const double limit = spread.limit();
  if (known && value > limit && may_tell(std::string(name))) {
    signs.push_back(fmt::format("{} is {:.4g}, far above the {:.4g} of the steps before", name,
                                value, spread.mean));
  }
  // A spike must not make the next one look usual.
  spread.take(known ? std::min(value, limit) : value);
}

void StepWatch::look_at_chosen(double nll, std::vector<std::string>& signs) {
  if (first_steps_ < kFirstSteps) {
    ++first_steps_;
    first_nll_ += (nll - first_nll_) / static_cast<double>(first_steps_);
    recent_nll_ = first_nll_;
    return;
  }
  recent_nll_ += (nll - recent_nll_) / static_cast<double>(kFirstSteps);
  if (recent_nll_ < first_nll_ + kChosenDrop || !may_tell("chosen")) return;
  signs.push_back(fmt::format(
      "chosen answers have become unlikely: {:.2f} nats per token, {:.2f} in the first steps; a "
      "train.sft_weight above 0 holds them, a lower optimizer.learning_rate or a higher loss.beta "
      "slows it",
      recent_nll_, first_nll_));
}

bool StepWatch::may_tell(const std::string& sign) {
  const auto found = told_.find(sign);
  if (found != told_.end() && step_ < found->second + kQuietSteps) return false;
  told_[sign] = step_;
  return true;
}

}  // namespace braid
