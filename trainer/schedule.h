// What is a pure function of the step: the learning rate, and what is done every so many steps.
#pragma once

#include "trainer/configuration.h"

namespace braid {

// Multiplier of the peak learning rate for optimizer step `step` (0-based) of `total`. The warm-up
// of w steps (a fraction is rounded down) rises linearly from 1/(w+1) at step 0 to 1 at step w:
// no step is spent on a rate of zero. Then cosine or linear decay that would reach `min_ratio` at
// step `total`, one past the last; or 1 (constant).
double learning_rate_factor(const OptimizerConfig& config, int64_t step, int64_t total);

// Whether something done every so many steps (0: only at the end) is due after `step` of `last`.
bool due(int64_t every, int64_t step, int64_t last);

}  // namespace braid
