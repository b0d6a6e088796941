// The training loop: steps, logging, evaluation and checkpoints until the last step.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "data/batches/sampler.h"
#include "trainer/checkpoint.h"
#include "trainer/configuration.h"
#include "trainer/dataset.h"
#include "trainer/evaluation/task_suite.h"
#include "trainer/metrics.h"
#include "trainer/optimizer.h"
#include "trainer/preference_evaluation.h"
#include "trainer/progress.h"
#include "trainer/step.h"

namespace braid {

// What the loop works with; the caller owns all of it.
struct TrainingParts {
  const RunConfiguration& config;
  const StepContext& step;                      // groups are the training groups
  const std::vector<EncodedGroup>& validation;  // may be empty
  const at::Tensor&
      validation_reference;  // [branches of validation]; undefined without a reference
  Adapter& adapter;
  AdamW& optimizer;
  double peak_flops;                 // of the device, FLOP/s
  const TaskSuite* tasks = nullptr;  // null: none
};

class Training {
 public:
  Training(const TrainingParts& parts, TrainingState state);

  int64_t total_steps() const { return total_steps_; }

  // From state.step to the last step, or until train.best has not improved for train.patience
  // measurements. Error when a loss or gradient is not finite.
  void run();

 private:
  bool finished() const;
  Metrics optimize(int64_t step);
  void measure();
  // Held-out pairs and tasks whose steps between measurements `applies` to.
  void measure_where(const std::function<bool(int64_t)>& applies);
  void evaluate();
  void evaluate_task(const TaskSuite::Entry& entry);
  // Writes measured numbers down; the best adapter by one of them is kept.
  void record(const Metrics& metrics);
  void checkpoint();

  TrainingParts parts_;
  TrainingState state_;
  Sampler sampler_;
  int64_t total_steps_;
  std::filesystem::path output_;
  MetricsLog metrics_;
  Progress progress_;
};

// What the keys of a run mean for its parts.
ObjectiveConfig objective_config(const RunConfiguration& config);
SamplerConfig sampler_config(const RunConfiguration& config);

// Optimizer steps of a run over `groups` training groups.
int64_t count_steps(const TrainConfig& config, int64_t groups);

}  // namespace braid
