#include "trainer/duration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support.h"

namespace braid {
namespace {

TEST(Duration, ReadsUnitsAndTheFormsOfSlurm) {
  constexpr int64_t kMinute = 60, kHour = 3600, kDay = 86400;
  const std::pair<const char*, int64_t> cases[] = {
      {"90s", 90},
      {"0s", 0},
      {"90m", 90 * kMinute},
      {"3h30m", 3 * kHour + 30 * kMinute},
      {"1d 12h 5s", kDay + 12 * kHour + 5},
      {"3:30:00", 3 * kHour + 30 * kMinute},
      {"90:05", 90 * kMinute + 5},
      {"1-12", kDay + 12 * kHour},
      {"1-12:30", kDay + 12 * kHour + 30 * kMinute},
      {"2-00:00:07", 2 * kDay + 7},
  };
  for (const auto& [text, seconds] : cases) {
    EXPECT_EQ(parse_duration(text).count(), seconds) << text;
  }
}

TEST(Duration, RefusesTheRest) {
  for (const char* text : {"", "90", "3h30", "m", "5m5m", "5s3h", "3x", "-5s", "1:2:3:4", "1-",
                           "1-2-3", ":30", "3:", "3 h", "99999999999999999999s", "1e3s"}) {
    EXPECT_THAT(test::error_of([&] { parse_duration(text); }),
                testing::HasSubstr("write it like 3h30m"))
        << text;
  }
}

}  // namespace
}  // namespace braid
