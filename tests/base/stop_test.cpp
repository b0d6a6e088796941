#include "base/stop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <string>

#include "base/error.h"
#include "base/parallel.h"

namespace braid {
namespace {

using namespace std::chrono_literals;

class Stop : public testing::Test {
 protected:
  void TearDown() override { forget_stop(); }

  static std::string outcome() {
    try {
      check_stop();
    } catch (const Stopped& stopped) {
      return stopped.what();
    }
    return "goes on";
  }
};

TEST_F(Stop, TheFirstRequestCounts) {
  EXPECT_EQ(outcome(), "goes on");
  request_stop("one");
  request_stop("two");
  EXPECT_STREQ(stop_reason(), "one");
  EXPECT_EQ(outcome(), "one");
  EXPECT_EQ(outcome(), "one");
  forget_stop();
  EXPECT_EQ(outcome(), "goes on");
}

TEST_F(Stop, ATimeThatHasComeIsARequest) {
  const auto now = std::chrono::steady_clock::now();
  request_stop_at(now + 1h, "later");
  EXPECT_EQ(outcome(), "goes on");
  request_stop_at(now, "now");
  EXPECT_EQ(outcome(), "now");
  request_stop_at(now + 1h, "later");  // too late to take it back
  EXPECT_EQ(outcome(), "now");
}

TEST_F(Stop, SignalHandlersMayAsk) {
  auto* const before = std::signal(SIGUSR2, [](int) { request_stop("signal"); });
  std::raise(SIGUSR2);
  std::signal(SIGUSR2, before);
  EXPECT_EQ(outcome(), "signal");
}

TEST_F(Stop, IsNoError) {
  request_stop("why");
  EXPECT_THROW(
      {
        try {
          check_stop();
        } catch (const Error&) {
          FAIL();
        }
      },
      Stopped);
}

TEST_F(Stop, LeavesParallelLoops) {
  std::atomic<int> calls = 0;
  EXPECT_THROW(parallel_for(1000, 4,
                            [&](size_t) {
                              if (++calls == 10) request_stop("enough");
                            }),
               Stopped);
  // Calls that had begun are done.
  EXPECT_GE(calls, 10);
  EXPECT_LE(calls, 13);
}

}  // namespace
}  // namespace braid
