// Which prompts are held out.
#include "base/split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace braid {
namespace {

std::vector<std::string> keys(int count) {
  std::vector<std::string> result;
  for (int i = 0; i < count; ++i) result.push_back(std::to_string(i));
  return result;
}

TEST(Split, HoldsOutAboutTheFraction) {
  const auto all = keys(20000);
  for (const double fraction : {0.0, 0.05, 0.3, 0.9}) {
    const auto held_out =
        std::ranges::count_if(all, [&](const auto& key) { return is_held_out(key, fraction, 3); });
    // Five standard deviations of a binomial count.
    EXPECT_NEAR(static_cast<double>(held_out), 20000 * fraction,
                5 * std::sqrt(20000 * fraction * (1 - fraction)));
  }
}

TEST(Split, DependsOnPromptAndSeedOnly) {
  int moved_by_seed = 0;
  for (const std::string& key : keys(1000)) {
    const bool held_out = is_held_out(key, 0.2, 3);
    moved_by_seed += held_out != is_held_out(key, 0.2, 4);
    // A larger fraction only adds to the held-out part.
    EXPECT_TRUE(!held_out || is_held_out(key, 0.3, 3));
  }
  EXPECT_GT(moved_by_seed, 100);  // expected: 2 * 0.2 * 0.8 * 1000 = 320
}

// Where a prompt goes must not change between versions: runs would train on what they held out. The
// sides come from the top bit of XXH3 as Python's xxhash computes it.
TEST(Split, IsStableOverTime) {
  std::string sides;
  for (const std::string& key : keys(24)) sides += is_held_out(key, 0.5, 0) ? 'h' : 't';
  EXPECT_EQ(sides, "hhthttthhhthhthttthttttt");
}

}  // namespace
}  // namespace braid
