// What is kept of an optimizer step that was skipped because its loss or gradient is not finite.
#pragma once

#include <filesystem>
#include <vector>

#include "trainer/step.h"

namespace braid {

struct SkippedStep {
  int64_t step = 0;              // counted from 1, as in metrics.jsonl
  std::vector<int64_t> members;  // its groups
  double loss = 0, grad_norm = 0;
};

// Writes skipped/step-<n>.json into the run directory and returns its path: where every group comes
// from, its ids, and the log-probabilities of its branches under policy and reference, each group
// scored alone and without dropout; and the adapter's tensors whose gradient, still in flat_grad,
// is not finite. Numbers that are none are strings ("nan", "inf").
std::filesystem::path dump_skipped_step(const std::filesystem::path& run_directory,
                                        const StepContext& context, const SkippedStep& skipped);

}  // namespace braid
