// Signs that training goes wrong, read from the numbers of its steps.
//
// - loss and grad_norm: a value far above what the last steps had (more than 6 standard deviations
//   and half the mean, after 20 steps; older steps fade over 50).
// - loss/sft: chosen answers have become less likely, by 0.5 nats a token against the first 20
//   steps. A preference loss can win by pushing both answers down.
// Each sign is told at most once in 100 steps.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "trainer/metrics.h"

namespace braid {

class StepWatch {
 public:
  StepWatch() = default;
  // As to_json wrote it. Errors name the member.
  explicit StepWatch(ObjectReader& object);

  // Takes the numbers of a step, by their names in metrics.jsonl; what there is to warn of. Numbers
  // that are absent or not finite do not count.
  std::vector<std::string> take(int64_t step, const Metrics& metrics);

  Json to_json() const;

 private:
  // Mean and variance of a number whose past fades.
  struct Spread {
    int64_t count = 0;
    double mean = 0, variance = 0;

    double limit() const;  // a spike is above it
    void take(double value);
  };

  void look_for_spike(std::string_view name, double value, std::vector<std::string>& signs);
  void look_at_chosen(double nll, std::vector<std::string>& signs);
  // Whether `sign` may be told at this step; if so it counts as told.
  bool may_tell(const std::string& sign);

  int64_t step_ = 0;                                    // at hand
  std::map<std::string, Spread, std::less<>> spreads_;  // by the number's name
  int64_t first_steps_ = 0;                             // that first_nll_ is the mean of
  double first_nll_ = 0, recent_nll_ = 0;  // per token of chosen answers and demonstrations
  std::map<std::string, int64_t> told_;    // sign -> step
};

}  // namespace braid
