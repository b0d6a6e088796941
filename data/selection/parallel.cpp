// Blocks on top of parallel_for.
#include "data/selection/parallel.h"

#include <algorithm>
#include <thread>

#include "base/error.h"
#include "base/parallel.h"

namespace braid {

int thread_count(int threads) {
  if (threads > 0) return threads;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void for_blocks(int64_t count, int64_t block, int threads,
                const std::function<void(int64_t begin, int64_t end)>& work) {
  BRAID_ASSERT(count >= 0 && block > 0);
  const int64_t blocks = count / block + (count % block != 0);
  parallel_for(static_cast<size_t>(blocks), static_cast<size_t>(thread_count(threads)),
               [&](size_t i) {
                 const int64_t begin = static_cast<int64_t>(i) * block;
                 work(begin, std::min(count, begin + block));
               });
}

}  // namespace braid
