// Which measurement is the best, how long it has been, and which way is better.
#include "trainer/best_so_far.h"

#include <gtest/gtest.h>

#include <cmath>

namespace braid {
namespace {

BestSoFar best_by(const std::string& number, const std::string& goal = "auto") {
  TrainConfig config;
  config.best = number;
  config.best_goal = goal;
  return BestSoFar(config);
}

TEST(BestSoFarTest, OfEqualOnesTheFirstStays) {
  BestSoFar best = best_by("eval/everyday/accuracy");
  EXPECT_TRUE(best.take(10, -0.5));
  EXPECT_FALSE(best.take(20, -0.5));
  EXPECT_FALSE(best.take(30, -0.75));
  EXPECT_EQ(best.step, 10);
  EXPECT_EQ(best.without_improvement, 2);
  EXPECT_FALSE(best.given_up(3));
  EXPECT_TRUE(best.given_up(2));
  EXPECT_FALSE(best.given_up(0));
  EXPECT_TRUE(best.take(40, -0.25));
  EXPECT_EQ(best.step, 40);
  EXPECT_EQ(best.without_improvement, 0);
}

TEST(BestSoFarTest, WhatIsNoNumberIsNoImprovement) {
  BestSoFar best = best_by("eval/everyday/accuracy");
  EXPECT_FALSE(best.take(10, std::nan("")));
  EXPECT_EQ(best.step, 0);
  EXPECT_TRUE(best.given_up(1));
  EXPECT_TRUE(best.take(20, 0.25));
  EXPECT_FALSE(best.take(30, std::nan("")));
  EXPECT_EQ(best.value, 0.25);
}

TEST(BestSoFarTest, CostsAreBestWhenLow) {
  for (const char* cost : {"eval_loss", "eval/lambada/perplexity", "eval/text/bits_per_byte"}) {
    BestSoFar best = best_by(cost);
    EXPECT_FALSE(best.highest) << cost;
    EXPECT_TRUE(best.take(1, 3));
    EXPECT_TRUE(best.take(2, 2));
    EXPECT_FALSE(best.take(3, 2.5));
  }
  EXPECT_TRUE(best_by("eval_rewards/accuracies").highest);
  EXPECT_TRUE(best_by("eval_loss", "max").highest);
  EXPECT_FALSE(best_by("eval/occupations/gap", "min").highest);
}

TEST(BestSoFarTest, ReadsBackAsItself) {
  BestSoFar best = best_by("eval_loss");
  best.take(3, 0.1 + 0.2);
  best.take(4, 1);
  const Json json = best.to_json();
  ObjectReader reader(json, "state.json");
  const BestSoFar copy(reader);
  EXPECT_EQ(copy.to_json(), json);
  EXPECT_EQ(copy.value, best.value);
  EXPECT_TRUE(copy.same_goal(best));
  EXPECT_FALSE(copy.same_goal(best_by("eval_loss", "max")));
  EXPECT_FALSE(copy.same_goal(best_by("eval_rewards/margins", "min")));
}

}  // namespace
}  // namespace braid
