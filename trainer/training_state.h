// How far a run is: what a checkpoint stores beside tensors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "trainer/best_so_far.h"
#include "trainer/step_watch.h"

namespace braid {

// Measurements of a step that are not all done: the run was asked to end while it measured.
struct OpenMeasurements {
  std::vector<std::string> done;  // names, see Measuring
  int64_t records = 0;            // lines of the step in metrics.jsonl so far

  bool operator==(const OpenMeasurements&) const = default;
};

struct TrainingState {
  int64_t step = 0;    // completed optimizer steps
  int64_t tokens = 0;  // real tokens seen, prompt once
  int64_t pairs = 0;
  double seconds = 0;                         // training time so far
  std::string run_key;                        // hash of everything that must not change on resume
  std::optional<BestSoFar> best = {};         // of a run with train.best
  std::optional<OpenMeasurements> open = {};  // of `step`
  int64_t skipped = 0;         // of the completed steps, those whose numbers were not finite
  int64_t skipped_in_row = 0;  // the last ones
  StepWatch watch = {};

  Json to_json() const;
  // Errors name `where` and the member.
  static TrainingState from_json(const Json& json, const std::string& where);
};

}  // namespace braid
