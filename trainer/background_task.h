// One piece of work on a thread of its own, while the caller goes on.
#pragma once

#include <functional>
#include <future>

namespace braid {

class BackgroundTask {
 public:
  BackgroundTask() = default;
  // Waits; a failure that nobody has asked for is lost.
  ~BackgroundTask() = default;
  BackgroundTask(const BackgroundTask&) = delete;
  BackgroundTask& operator=(const BackgroundTask&) = delete;

  // Waits for the work before, throws what it threw, then starts `work`: at most one is in flight.
  void start(std::function<void()> work);
  // Throws what the work threw if it has ended; does not wait.
  void check();
  // Waits, and throws what the work threw.
  void wait();

 private:
  std::future<void> work_;  // of std::async, whose destructor waits
};

}  // namespace braid
