// Learning-rate factors by hand.
#include "trainer/schedule.h"

#include <gtest/gtest.h>

namespace braid {
namespace {

OptimizerConfig config(const std::string& schedule, double warmup, double min_ratio = 0) {
  OptimizerConfig result;
  result.schedule = schedule;
  result.warmup = warmup;
  result.min_ratio = min_ratio;
  return result;
}

TEST(Schedule, WarmupRisesLinearlyToThePeak) {
  const auto c = config("constant", 4);
  EXPECT_DOUBLE_EQ(learning_rate_factor(c, 0, 100), 0.2);
  EXPECT_DOUBLE_EQ(learning_rate_factor(c, 1, 100), 0.4);
  EXPECT_DOUBLE_EQ(learning_rate_factor(c, 3, 100), 0.8);
  EXPECT_DOUBLE_EQ(learning_rate_factor(c, 4, 100), 1.0);
  EXPECT_DOUBLE_EQ(learning_rate_factor(c, 99, 100), 1.0);
}

TEST(Schedule, FractionOfAllStepsIsAWarmupToo) {
  EXPECT_DOUBLE_EQ(learning_rate_factor(config("constant", 0.1), 0, 40), 0.2);  // 4 steps
  EXPECT_DOUBLE_EQ(learning_rate_factor(config("constant", 0.1), 4, 40), 1.0);
  EXPECT_DOUBLE_EQ(learning_rate_factor(config("constant", 0.1), 0, 9), 1.0);  // 0.9 steps
}

TEST(Schedule, CosineFallsToTheMinimum) {
  const auto c = config("cosine", 0, 0.1);
  EXPECT_DOUBLE_EQ(learning_rate_factor(c, 0, 8), 1.0);
  EXPECT_NEAR(learning_rate_factor(c, 2, 8), 0.1 + 0.9 * 0.5 * (1 + 0.7071067811865476), 1e-15);
  EXPECT_NEAR(learning_rate_factor(c, 4, 8), 0.55, 1e-15);
  EXPECT_NEAR(learning_rate_factor(c, 8, 8), 0.1, 1e-15);
}

TEST(Schedule, LinearFallsToTheMinimum) {
  const auto c = config("linear", 2, 0.2);
  EXPECT_DOUBLE_EQ(learning_rate_factor(c, 2, 10), 1.0);
  EXPECT_DOUBLE_EQ(learning_rate_factor(c, 6, 10), 0.6);
  EXPECT_NEAR(learning_rate_factor(c, 9, 10), 0.3, 1e-15);
}

TEST(Schedule, NoStepHasARateOfZero) {
  for (const char* schedule : {"cosine", "linear", "constant"}) {
    for (int64_t step = 0; step < 20; ++step) {
      EXPECT_GT(learning_rate_factor(config(schedule, 3), step, 20), 0) << schedule << " " << step;
    }
  }
}

TEST(Schedule, WarmupLongerThanTheRunOnlyRises) {
  const auto c = config("cosine", 50);
  EXPECT_LT(learning_rate_factor(c, 8, 10), learning_rate_factor(c, 9, 10));
  EXPECT_LT(learning_rate_factor(c, 9, 10), 1);
}

}  // namespace
}  // namespace braid
