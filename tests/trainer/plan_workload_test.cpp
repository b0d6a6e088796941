// Planned work against what packing and stepping really do.
#include "trainer/plan/workload.h"

#include <gtest/gtest.h>

#include "data/batches/packed_batch.h"
#include "model/attention.h"
#include "tests/trainer/medium_step.h"

namespace braid {
namespace {

TEST(PlanWorkload, LayoutIsThatOfThePacker) {
  const GroupStore store = make_store(test::mixed_groups(9));
  const auto lengths = lengths_of(store.groups());
  const PackedBatch batch = pack(pointers(store.groups()));
  EXPECT_EQ(layout_of(lengths), batch.layout);
  const MicroBatchSize size = size_of(lengths);
  EXPECT_EQ(size.tokens, batch.layout.tokens);
  EXPECT_EQ(size.scored, batch.scored_rows.numel());
  int64_t keys = 0;
  for (const Segment& segment : batch.layout.segments) keys += segment.position + segment.length;
  EXPECT_EQ(size.keys, keys);
}

TEST(PlanWorkload, WorkOfAStepIsWhatTheStepCounts) {
  test::MediumStep step;
  const StepSums sums = step.run();
  const Workload workload(lengths_of(step.groups()), {0, true, test::MediumStep::kGroups}, 3);
  const StepWork work = workload.work(FlopCounter(step.config()), step.adapter().parameter_count(),
                                      /*token_budget=*/1 << 20);
  EXPECT_EQ(work.steps, 1);  // an epoch has no more
  EXPECT_EQ(work.micro_batches, 1);
  EXPECT_EQ(work.pairs, sums.pairs);
  EXPECT_EQ(work.tokens, sums.processed_tokens);
  EXPECT_EQ(work.forward.total() + work.backward.total() + work.reference.total(), sums.flops);
}

TEST(PlanWorkload, MicroBatchesKeepTheBudgetAndTheLongestGroupStaysWhole) {
  std::vector<GroupLengths> groups(10, GroupLengths{10, {5, 5}});
  groups.push_back({40, {30, 20}});
  const Workload workload(groups, {0, false, 5}, 2);  // the last group is not in these steps
  EXPECT_EQ(workload.longest().tokens(), 90);
  int64_t largest = 0;
  for (const MicroBatchSize& size : workload.micro_batches(45)) {
    if (size.tokens != 90) largest = std::max(largest, size.tokens);
  }
  EXPECT_EQ(largest, 40);
  EXPECT_EQ(workload.micro_batches(45).front().tokens, 90);
  EXPECT_EQ(workload.work(FlopCounter(test::tiny_config("llama")), 0, 45).micro_batches, 2 * 3);
}

}  // namespace
}  // namespace braid
