// The work of a run's steps in numbers: groups as lengths, micro-batches as sizes, operations.
#pragma once

#include <cstdint>
#include <vector>

#include "data/batches/groups.h"
#include "data/batches/sampler.h"
#include "trainer/flops.h"

namespace braid {

struct GroupLengths {
  int64_t prompt = 0;
  std::vector<int64_t> branches;

  int64_t tokens() const;
  int64_t scored() const;
};

struct MicroBatchSize {
  int64_t tokens = 0;
  int64_t scored = 0;  // rows of the head
  int64_t keys = 0;    // rows of keys when every branch gets its own copy of its prompt's
};

// As pack() lays the groups out.
SegmentLayout layout_of(const std::vector<GroupLengths>& groups);
MicroBatchSize size_of(const std::vector<GroupLengths>& groups);

// Totals over some steps.
struct StepWork {
  int64_t steps = 0, micro_batches = 0, groups = 0, pairs = 0, tokens = 0, scored = 0;
  Flops forward, backward, reference;  // reference: of a forward with the adapter off
};

class Workload {
 public:
  // `groups` is not empty. `steps`: of the whole run.
  Workload(std::vector<GroupLengths> groups, const SamplerConfig& sampler, int64_t steps);

  int64_t steps() const { return steps_; }
  int64_t steps_per_epoch() const { return sampler_.steps_per_epoch(); }
  int64_t group_count() const { return static_cast<int64_t>(groups_.size()); }
  // The group with the most tokens: no budget makes a micro-batch smaller.
  const GroupLengths& longest() const { return groups_[longest_]; }

  // Of the first steps, kPlannedSteps at most, cut by `token_budget`.
  StepWork work(const FlopCounter& counter, int64_t adapter_parameters, int64_t token_budget) const;

  // Sizes of the micro-batches of these steps, and of the longest group of all alone.
  std::vector<MicroBatchSize> micro_batches(int64_t token_budget) const;

 private:
  int64_t planned_steps() const;
  // The groups of the step's micro-batches.
  std::vector<std::vector<GroupLengths>> cut(int64_t step, int64_t token_budget) const;

  std::vector<GroupLengths> groups_;
  Sampler sampler_;
  int64_t steps_;
  size_t longest_;
};

std::vector<GroupLengths> lengths_of(const std::vector<EncodedGroup>& groups);

}  // namespace braid
