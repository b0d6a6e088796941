// Properties of the order of groups and of micro-batch plans.
#include "data/batches/sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "base/random.h"

namespace braid {
namespace {

using Indices = std::vector<int64_t>;
using Plan = std::vector<Indices>;

Indices epoch_order(const Sampler& sampler, int64_t epoch) {
  Indices order;
  for (int64_t step = 0; step < sampler.steps_per_epoch(); ++step) {
    const Indices groups = sampler.step_groups(epoch * sampler.steps_per_epoch() + step);
    order.insert(order.end(), groups.begin(), groups.end());
  }
  return order;
}

Indices iota(int64_t count) {
  Indices indices(static_cast<size_t>(count));
  std::iota(indices.begin(), indices.end(), int64_t{0});
  return indices;
}

TEST(Sampler, EveryEpochCoversEveryGroupOnce) {
  for (const int64_t count : {1, 2, 15, 16, 17, 100}) {
    for (const int64_t per_step : {1, 3, 16, 200}) {
      const Sampler sampler(count, {.seed = 5, .shuffle = true, .groups_per_step = per_step});
      EXPECT_EQ(sampler.steps_per_epoch(), (count + per_step - 1) / per_step);
      for (int64_t epoch = 0; epoch < 3; ++epoch) {
        Indices order = epoch_order(sampler, epoch);
        std::sort(order.begin(), order.end());
        EXPECT_EQ(order, iota(count));
      }
    }
  }
}

TEST(Sampler, OnlyTheLastStepOfAnEpochIsSmaller) {
  const Sampler sampler(10, {.seed = 0, .shuffle = true, .groups_per_step = 4});
  for (int64_t step = 0; step < 9; ++step) {
    EXPECT_EQ(sampler.step_groups(step).size(), step % 3 == 2 ? 2u : 4u);
  }
}

TEST(Sampler, StepsDoNotDependOnEarlierCalls) {
  const SamplerConfig config{.seed = 9, .shuffle = true, .groups_per_step = 7};
  const Sampler walked(50, config);
  std::vector<Indices> expected;
  for (int64_t step = 0; step < 40; ++step) expected.push_back(walked.step_groups(step));
  const Sampler jumping(50, config);
  for (const int64_t step : random_permutation(1, 2, 40)) {
    EXPECT_EQ(jumping.step_groups(step), expected[static_cast<size_t>(step)]);
    EXPECT_EQ(Sampler(50, config).step_groups(step), expected[static_cast<size_t>(step)]);
  }
}

TEST(Sampler, OrderDependsOnSeedAndEpoch) {
  const Sampler first(200, {.seed = 1, .shuffle = true, .groups_per_step = 16});
  const Sampler second(200, {.seed = 2, .shuffle = true, .groups_per_step = 16});
  EXPECT_NE(epoch_order(first, 0), iota(200));
  EXPECT_NE(epoch_order(first, 0), epoch_order(first, 1));
  EXPECT_NE(epoch_order(first, 0), epoch_order(second, 0));
}

TEST(Sampler, KeepsTheOrderOfTheDataWithoutShuffling) {
  const Sampler sampler(10, {.seed = 1, .shuffle = false, .groups_per_step = 4});
  EXPECT_EQ(epoch_order(sampler, 0), iota(10));
  EXPECT_EQ(epoch_order(sampler, 3), iota(10));
}

TEST(Sampler, SeeksFarWithoutWalking) {
  const Sampler sampler(1000, {.seed = 1, .shuffle = true, .groups_per_step = 1});
  EXPECT_EQ(sampler.step_groups(int64_t{1} << 60).size(), 1u);
}

TEST(Sampler, CountsFractionalEpochs) {
  const Sampler sampler(10, {.seed = 1, .shuffle = true, .groups_per_step = 4});
  EXPECT_DOUBLE_EQ(sampler.epoch_of(0), 0.0);
  EXPECT_DOUBLE_EQ(sampler.epoch_of(1), 0.4);
  EXPECT_DOUBLE_EQ(sampler.epoch_of(2), 0.8);
  EXPECT_DOUBLE_EQ(sampler.epoch_of(3), 1.0);
  EXPECT_DOUBLE_EQ(sampler.epoch_of(7), 2.4);
}

TEST(MicroBatches, LongestFirstIntoTheFirstThatHasRoom) {
  EXPECT_EQ(plan_micro_batches({3, 10, 5, 4, 2, 5}, 10), (Plan{{1}, {2, 5}, {3, 0, 4}}));
}

TEST(MicroBatches, GroupsOverTheBudgetStandAlone) {
  EXPECT_EQ(plan_micro_batches({1, 25, 9, 11, 1}, 10), (Plan{{1}, {3}, {2, 0}, {4}}));
}

TEST(MicroBatches, NothingGivesNothing) { EXPECT_TRUE(plan_micro_batches({}, 10).empty()); }

// First fit as its definition says, in quadratic time.
Plan first_fit_by_definition(const Indices& lengths, int64_t budget) {
  Indices order = iota(static_cast<int64_t>(lengths.size()));
  const auto length = [&](int64_t i) { return lengths[static_cast<size_t>(i)]; };
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return length(a) != length(b) ? length(a) > length(b) : a < b;
  });
  Plan plan;
  Indices used;
  for (const int64_t index : order) {
    size_t slot = 0;
    while (slot < plan.size() && used[slot] + length(index) > budget) ++slot;
    if (slot == plan.size()) {
      plan.emplace_back();
      used.push_back(0);
    }
    plan[slot].push_back(index);
    used[slot] += length(index);
  }
  return plan;
}

TEST(MicroBatches, PlansCoverAllWithinTheBudget) {
  for (uint64_t trial = 0; trial < 200; ++trial) {
    const auto count = static_cast<int64_t>(random_below(trial, 0, 0, 80));
    Indices lengths;
    for (int64_t i = 0; i < count; ++i) {
      lengths.push_back(
          1 + static_cast<int64_t>(random_below(trial, 1, static_cast<uint64_t>(i), 120)));
    }
    const Plan plan = plan_micro_batches(lengths, 100);
    Indices seen;
    for (const Indices& batch : plan) {
      ASSERT_FALSE(batch.empty());
      int64_t total = 0;
      for (const int64_t index : batch) total += lengths[static_cast<size_t>(index)];
      EXPECT_TRUE(total <= 100 || batch.size() == 1);
      seen.insert(seen.end(), batch.begin(), batch.end());
    }
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(seen, iota(count));
    EXPECT_EQ(plan, first_fit_by_definition(lengths, 100));
  }
}

TEST(MicroBatches, PlansWholeDataSets) {
  Indices lengths;
  for (uint64_t i = 0; i < 300000; ++i) {
    lengths.push_back(1 + static_cast<int64_t>(random_below(1, 1, i, 1000)));
  }
  const auto start = std::chrono::steady_clock::now();
  const Plan plan = plan_micro_batches(lengths, 2048);
  // Takes 0.1 s; a walk over all open micro-batches would take minutes.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  EXPECT_LT(plan.size(), 80000u);  // 150e6 tokens / 2048 = 73.4e3 when nothing is wasted
}

}  // namespace
}  // namespace braid
