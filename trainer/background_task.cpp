#include "trainer/background_task.h"

#include <chrono>
#include <utility>

namespace braid {

void BackgroundTask::start(std::function<void()> work) {
  wait();
  work_ = std::async(std::launch::async, std::move(work));
}

void BackgroundTask::check() {
  if (work_.valid() && work_.wait_for(std::chrono::seconds(0)) == std::future_status::ready) wait();
}

void BackgroundTask::wait() {
  if (work_.valid()) std::exchange(work_, {}).get();
}

}  // namespace braid
