// A counter that threads draw blocks from.
#include "data/selection/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/error.h"

namespace braid {

int thread_count(int threads) {
  if (threads > 0) return threads;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void for_blocks(int64_t count, int64_t block, int threads,
                const std::function<void(int64_t begin, int64_t end)>& work) {
  BRAID_ASSERT(count >= 0 && block > 0);
  const int64_t blocks = count / block + (count % block != 0);
  std::atomic<int64_t> next = 0;
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto draw = [&] {
    for (int64_t i = next++; i < blocks; i = next++) {
      try {
        work(i * block, std::min(count, (i + 1) * block));
      } catch (...) {
        const std::lock_guard lock(failure_mutex);
        if (!failure) failure = std::current_exception();
        next = blocks;
        return;
      }
    }
  };
  const auto extra = std::min<int64_t>(thread_count(threads), blocks) - 1;
  {
    std::vector<std::jthread> helpers;
    for (int64_t i = 0; i < extra; ++i) helpers.emplace_back(draw);
    draw();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace braid
