// Every signature of failure of a study: shown where it is, and not where it is not.
#include "trainer/study/failure_signatures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace braid {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

class FailureSignatures : public testing::Test {
 protected:
  FailureSignatures() {
    cell_.members = {"pairs", "ratings"};
    for (CellResult& result : results_) {
      result.cell = &cell_;
      result.largest_source = 0.6;
      result.chosen_log_ratio = 0.5;
      group_.cells.push_back(&result);
    }
    group_.accuracy = {0.6, 0.58, 0.62};
    group_.bias = {0.1, 0.05, 0.15};
    group_.length_gap = {0.05, -0.1, 0.2};
  }

  std::vector<std::string> found(const Contrast* contrast = nullptr) const {
    return failure_signatures(/*base_accuracy=*/0.5, /*base_bias=*/0.2, group_, contrast);
  }

  Cell cell_;
  std::vector<CellResult> results_ = std::vector<CellResult>(2);
  GroupResult group_;
};

TEST_F(FailureSignatures, AGoodGroupHasNone) {
  Contrast contrast;
  contrast.accuracy = {0.02, 0.01, 0.03};
  EXPECT_THAT(found(), IsEmpty());
  EXPECT_THAT(found(&contrast), IsEmpty());
}

TEST_F(FailureSignatures, BiasThatFallsWithAccuracy) {
  group_.accuracy.mean = 0.45;
  EXPECT_THAT(found(), ElementsAre("bias falls together with accuracy"));
  group_.bias.mean = 0.25;
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(FailureSignatures, AMethodThatCannotBeToldFromChance) {
  Contrast contrast;
  for (const double low : {-0.01, 0.0, kNone}) {
    contrast.accuracy = {0.02, low, 0.05};
    EXPECT_THAT(found(&contrast), ElementsAre(HasSubstr("no more accurate than random"))) << low;
  }
}

TEST_F(FailureSignatures, OneSourceThatDominates) {
  results_[1].largest_source = 0.81;
  EXPECT_THAT(found(), ElementsAre(HasSubstr("one source")));
  // Where there is only one, it does no harm.
  cell_.members = {"pairs"};
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(FailureSignatures, ChosenAnswersThatBecameLessLikely) {
  results_[0].chosen_log_ratio = kNone;
  EXPECT_THAT(found(), IsEmpty());
  results_[0].chosen_log_ratio = -0.01;
  EXPECT_THAT(found(), ElementsAre(HasSubstr("less likely than under the base")));
}

TEST_F(FailureSignatures, AnswersPreferredByTheirLength) {
  group_.length_gap = {0.4, 0.21, 0.6};
  EXPECT_THAT(found(), ElementsAre("prefers longer answers: length gap 0.400 [0.210, 0.600]"));
  group_.length_gap = {-0.4, -0.6, -0.21};
  EXPECT_THAT(found(), ElementsAre(HasSubstr("prefers shorter answers")));
  // Wide, but perhaps by chance; certain, but narrow; without pairs of both kinds.
  for (const Estimate& gap :
       {Estimate{0.5, 0.19, 0.8}, Estimate{0.1, 0.09, 0.11}, Estimate{kNone, kNone, kNone}}) {
    group_.length_gap = gap;
    EXPECT_THAT(found(), IsEmpty());
  }
}

}  // namespace
}  // namespace braid
