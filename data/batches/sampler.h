// Which groups form which optimizer step, and how a step is cut into micro-batches. Pure functions
// of (seed, epoch, step): nothing to save but the step number.
#pragma once

#include <cstdint>
#include <vector>

namespace braid {

struct SamplerConfig {
  uint64_t seed = 0;
  bool shuffle = true;
  int64_t groups_per_step = 16;  // global batch in groups; the last step of an epoch may be smaller
};

// Every epoch visits every group once, in an order of its own when shuffled. Not for use from
// several threads: the order of the last epoch asked for is kept.
class Sampler {
 public:
  Sampler(int64_t group_count, const SamplerConfig& config);  // group_count > 0

  int64_t steps_per_epoch() const;
  // Group indices of optimizer step `step` (0-based, counts through all epochs), without walking
  // through the steps before it.
  std::vector<int64_t> step_groups(int64_t step) const;
  double epoch_of(int64_t completed_steps) const;  // fractional epochs after that many steps

 private:
  int64_t group_count_;
  SamplerConfig config_;
  mutable int64_t cached_epoch_ = -1;
  mutable std::vector<int64_t> order_;
};

// Cuts groups into micro-batches of at most `token_budget` tokens each (a longer group gets one of
// its own). Groups are taken longest first (ties: lower index first), first fit, in O(n log n); the
// result depends on the lengths only. Inner vectors index into `lengths`, which are positive.
std::vector<std::vector<int64_t>> plan_micro_batches(const std::vector<int64_t>& lengths,
                                                     int64_t token_budget);

}  // namespace braid
