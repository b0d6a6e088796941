// What a run measures beside its training steps: held-out pairs and tasks, and which adapter was
// the best by one of the numbers.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "trainer/background_task.h"
#include "trainer/metrics.h"
#include "trainer/training_parts.h"
#include "trainer/training_state.h"

namespace braid {

class Measuring {
 public:
  // `writing` is the checkpoint in flight, which may still read the best adapter's files.
  Measuring(const TrainingParts& parts, int64_t total_steps, MetricsLog& log,
            BackgroundTask& writing);

  // Whether train.patience ended the run before its last step.
  bool given_up(const TrainingState& state) const;

  // What is due at `state.step` and not done yet. After the last step, and when the run ends early,
  // that is everything, so that all runs end with all numbers. When Stopped is thrown, state.open
  // says what is done, and another call goes on from there.
  void run(TrainingState& state);

 private:
  struct Measurement {
    std::string name;
    int64_t every;  // steps; 0: only at the end
    std::function<Metrics()> take;
  };

  void run_where(TrainingState& state, const std::function<bool(const Measurement&)>& applies);
  Metrics evaluate_pairs() const;
  Metrics evaluate_task(const TaskSuite::Entry& entry) const;
  // Writes numbers down; the best adapter by one of them is kept.
  void record(TrainingState& state, const Metrics& metrics);

  TrainingParts parts_;
  int64_t total_steps_;
  MetricsLog& log_;
  BackgroundTask& writing_;
  std::vector<Measurement> measurements_;
  int64_t step_ = 0;  // at hand
};

}  // namespace braid
