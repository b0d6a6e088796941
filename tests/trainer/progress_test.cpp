// Progress lines when standard error is no terminal, and durations.
#include "trainer/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace braid {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Progress, PlainLinesForATenthEach) {
  testing::internal::CaptureStderr();
  {
    Progress progress("train", 200, 50);
    for (int64_t done = 51; done <= 200; ++done) progress.update(done, "loss 0.5");
  }
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_THAT(text, HasSubstr("train 200/200"));
  EXPECT_THAT(text, HasSubstr("elapsed, 0:00 left  loss 0.5\n"));
  EXPECT_THAT(text, Not(HasSubstr("\r")));
  EXPECT_EQ(std::ranges::count(text, '\n'), 9);  // 51, then 60, 80, ... 200
}

TEST(Progress, NothingIsExpectedOfNothing) {
  testing::internal::CaptureStderr();
  Progress("eval", 0).update(0);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "eval 0/0\n");
}

TEST(Progress, Durations) {
  EXPECT_EQ(format_duration(0), "0:00");
  EXPECT_EQ(format_duration(65.4), "1:05");
  EXPECT_EQ(format_duration(3599.6), "1:00:00");
  EXPECT_EQ(format_duration(7384), "2:03:04");
  EXPECT_EQ(format_duration(-3), "0:00");
}

}  // namespace
}  // namespace braid
