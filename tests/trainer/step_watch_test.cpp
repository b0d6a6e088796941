// Warnings of spikes and of chosen answers that become unlikely: when, how often, across a resume.
#include "trainer/step_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace braid {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Watch : public testing::Test {
 protected:
  std::vector<std::string> step(double loss, double norm = 1, double nll = 2) {
    return watch_.take(++step_, {{"loss", loss}, {"loss/sft", nll}, {"grad_norm", norm}});
  }
  // Numbers that change a little.
  void calm(int steps) {
    for (int i = 0; i < steps; ++i) {
      EXPECT_THAT(step(0.7 + 0.01 * (step_ % 5), 1 + 0.1 * (step_ % 3)), IsEmpty()) << step_;
    }
  }
  // As after a checkpoint.
  void store_and_read() {
    const Json json = Json::parse(watch_.to_json().dump());
    ObjectReader reader(json, "watch");
    watch_ = StepWatch(reader);
  }

  StepWatch watch_;
  int64_t step_ = 0;
};

TEST_F(Watch, TellsOfSpikes) {
  calm(30);
  EXPECT_THAT(step(2.5), ElementsAre(HasSubstr("loss is 2.5, far above the 0.7")));
  EXPECT_THAT(step(0.7, 20), ElementsAre(HasSubstr("grad_norm is 20, far above the 1.")));
  calm(10);
}

TEST_F(Watch, TellsOnceInAHundredSteps) {
  calm(30);
  EXPECT_EQ(step(9).size(), 1U);  // step 31
  for (int i = 0; i < 99; ++i) {
    EXPECT_THAT(i % 10 == 0 ? step(9) : step(0.7), IsEmpty()) << step_;
  }
  EXPECT_EQ(step(90).size(), 1U);  // step 131
}

TEST_F(Watch, KnowsNothingUnusualAtTheStart) {
  for (int i = 0; i < 20; ++i) EXPECT_THAT(step(i % 2 == 0 ? 0.1 : 50.0), IsEmpty());
}

TEST_F(Watch, FallingNumbersAreNoSpikes) {
  for (int i = 0; i < 200; ++i) EXPECT_THAT(step(std::exp(-0.02 * i), 1), IsEmpty());
  // Nor is a number that is small but not far off.
  EXPECT_THAT(step(1.2 * std::exp(-0.02 * 200), 1), IsEmpty());
}

TEST_F(Watch, WhatIsNotFiniteDoesNotCount) {
  calm(30);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_THAT(step(nan, infinity, nan), IsEmpty());
  EXPECT_EQ(step(2.5).size(), 1U);
}

TEST_F(Watch, TellsWhenChosenAnswersBecomeUnlikely) {
  for (int i = 0; i < 40; ++i) EXPECT_THAT(step(0.5, 1, 2 + 0.2 * (i % 2)), IsEmpty());
  std::vector<std::string> signs;
  int64_t steps = 0;
  for (double nll = 2; signs.empty() && steps < 100; ++steps) signs = step(0.5, 1, nll += 0.05);
  EXPECT_THAT(signs, ElementsAre(HasSubstr("chosen answers have become unlikely: 2.6")));
  EXPECT_THAT(signs, ElementsAre(HasSubstr("2.10 in the first steps")));
  EXPECT_GT(steps, 12);  // not at once: single batches say little
  EXPECT_LT(steps, 40);
}

TEST_F(Watch, GoesOnAfterAResumeAsIfNothingHadHappened) {
  StepWatch undisturbed;
  for (int i = 1; i <= 300; ++i) {
    const Metrics metrics = {{"loss", i % 37 == 0 ? 5 : 0.6 + 0.01 * (i % 7)},
                             {"loss/sft", 1 + 0.004 * i},
                             {"grad_norm", i % 61 == 0 ? 9 : 1 + 0.03 * (i % 11)}};
    EXPECT_EQ(watch_.take(i, metrics), undisturbed.take(i, metrics)) << i;
    if (i % 10 == 0) store_and_read();
  }
  EXPECT_EQ(watch_.to_json(), undisturbed.to_json());
  EXPECT_EQ(undisturbed.to_json()["told"].size(), 3U);
}

}  // namespace
}  // namespace braid
