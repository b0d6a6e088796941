#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <limits>
#include <mutex>
#include <thread>
#include <vector>

#include "base/stop.h"

namespace braid {

void parallel_for(size_t count, size_t threads, const std::function<void(size_t)>& work) {
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  std::atomic<size_t> next = 0;
  std::atomic<size_t> first_failure = std::numeric_limits<size_t>::max();
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto run = [&] {
    // Indices are handed out in order, so every one below a failure has been taken already.
    for (size_t i = next++; i < count && i < first_failure; i = next++) {
      try {
        check_stop();
        work(i);
      } catch (...) {
        const std::lock_guard lock(failure_mutex);
        if (i >= first_failure) continue;
        first_failure = i;
        failure = std::current_exception();
      }
    }
  };
  std::vector<std::jthread> pool;
  for (size_t t = 1; t < std::min(threads, count); ++t) pool.emplace_back(run);
  run();
  pool.clear();  // joins
  if (failure) std::rethrow_exception(failure);
}

}  // namespace braid
