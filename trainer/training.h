// The training loop: steps, logging, evaluation and checkpoints until the last step.
#pragma once

#include <filesystem>
#include <string>

#include "base/stop.h"
#include "data/batches/sampler.h"
#include "trainer/background_task.h"
#include "trainer/measuring.h"
#include "trainer/metrics.h"
#include "trainer/progress.h"
#include "trainer/training_parts.h"
#include "trainer/training_state.h"

namespace braid {

class Training {
 public:
  Training(const TrainingParts& parts, TrainingState state);

  int64_t total_steps() const { return total_steps_; }

  // From state.step to the last step, or until train.best has not improved for train.patience
  // measurements. Steps whose loss or gradient is not finite are skipped; Error when more than
  // train.max_skipped_steps in a row are. When the process is asked to end, a
  // checkpoint of the last completed step is written and Stopped is thrown.
  void run();

 private:
  bool finished() const;
  void run_steps();
  void leave(const Stopped& stopped);
  Metrics optimize(int64_t step);
  // Neither adapter nor optimizer changes; the groups are written down.
  void skip(int64_t step, const std::vector<int64_t>& members, double loss, double norm);
  void warn(const std::string& text);
  // Begins to write one; waits for the one before, and throws what went wrong with that.
  void checkpoint();

  TrainingParts parts_;
  TrainingState state_;
  Sampler sampler_;
  int64_t total_steps_;
  std::filesystem::path output_;
  MetricsLog metrics_;
  BackgroundTask writing_;  // of a checkpoint; ends before what it writes from
  Measuring measuring_;
  Progress progress_;
};

// What the keys of a run mean for its parts.
ObjectiveConfig objective_config(const RunConfiguration& config);
SamplerConfig sampler_config(const RunConfiguration& config);

// Optimizer steps of a run over `groups` training groups.
int64_t count_steps(const TrainConfig& config, int64_t groups);

}  // namespace braid
