// What the training loop and its measurements work with.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "data/batches/groups.h"
#include "trainer/configuration.h"
#include "trainer/evaluation/task_suite.h"
#include "trainer/optimizer.h"
#include "trainer/step.h"

namespace braid {

// The caller owns all of it.
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

}  // namespace braid
