#include "base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

namespace braid {
namespace {

TEST(ParallelFor, DoesEverythingOnce) {
  for (const size_t threads : {0, 1, 3, 50}) {
    std::vector<std::atomic<int>> calls(40);
    parallel_for(calls.size(), threads, [&](size_t i) { ++calls[i]; });
    for (const auto& count : calls) EXPECT_EQ(count, 1);
  }
  parallel_for(0, 4, [](size_t) { FAIL(); });
}

TEST(ParallelFor, ThrowsTheFirstFailure) {
  for (int repeat = 0; repeat < 100; ++repeat) {
    try {
      parallel_for(200, 8, [](size_t i) {
        if (i % 50 == 49) throw std::runtime_error(std::to_string(i));
      });
      FAIL();
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "49");
    }
  }
}

}  // namespace
}  // namespace braid
