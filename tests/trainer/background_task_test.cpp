#include "trainer/background_task.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "tests/support.h"

namespace braid {
namespace {

TEST(Background, OnePieceOfWorkAtATime) {
  BackgroundTask task;
  std::promise<void> gate;
  std::atomic<int> done = 0;
  task.start([&] {
    gate.get_future().wait();
    ++done;
  });
  task.check();  // does not wait
  EXPECT_EQ(done, 0);
  gate.set_value();
  task.start([&] { EXPECT_EQ(++done, 2); });
  EXPECT_GE(done, 1);
  task.wait();
  EXPECT_EQ(done, 2);
  task.wait();
}

TEST(Background, FailuresComeOutOnce) {
  BackgroundTask task;
  const auto failing = [] { fail("disk full"); };
  task.start(failing);
  EXPECT_EQ(test::error_of([&] { task.wait(); }), "disk full");
  EXPECT_EQ(test::error_of([&] { task.wait(); }), "no error");
  task.start(failing);
  EXPECT_EQ(test::error_of([&] { task.start([] {}); }), "disk full");
  task.start(failing);
  std::string error = "no error";
  while (error == "no error") error = test::error_of([&] { task.check(); });
  EXPECT_EQ(error, "disk full");
}

TEST(Background, EndsWithTheObject) {
  std::atomic<bool> done = false;
  {
    BackgroundTask task;
    task.start([&] { done = true; });
  }
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace braid
