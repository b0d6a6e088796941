// The best measurement of a run by one of its numbers, and how long no better one has come.
#pragma once

#include <cstdint>
#include <string>

#include "base/json.h"
#include "trainer/configuration.h"

namespace braid {

struct BestSoFar {
  std::string number;               // its name in metrics.jsonl
  bool highest = true;              // or the lowest is the best
  int64_t step = 0;                 // of the best measurement; 0: there is none yet
  double value = 0;                 // of that measurement
  int64_t without_improvement = 0;  // measurements since then

  // No measurement of train.best yet; "auto" becomes a direction.
  explicit BestSoFar(const TrainConfig& config);
  // As to_json wrote it. Errors name the member.
  explicit BestSoFar(ObjectReader& object);

  // Whether this one is better than all before. Of equal ones the first stays; NaN is never better.
  bool take(int64_t at_step, double measured);
  // `patience` measurements in a row were no better; 0: never.
  bool given_up(int64_t patience) const;
  bool same_goal(const BestSoFar& other) const;

  Json to_json() const;
  std::string describe() const;  // "eval_loss 0.6431 at step 20"
};

}  // namespace braid
