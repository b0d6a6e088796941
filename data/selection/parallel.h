// Work on blocks of an index range by several threads.
#pragma once

#include <cstdint>
#include <functional>

namespace braid {

// Calls work(begin, end) once for every block of `block` indices of [0, count) (the last may be
// shorter), from up to `threads` threads (0: one per core). Blocks depend on `count` and `block`
// only, so work that writes per block or per index gives the same result for any thread count.
// Exceptions as with parallel_for. count >= 0, block > 0.
void for_blocks(int64_t count, int64_t block, int threads,
                const std::function<void(int64_t begin, int64_t end)>& work);

int thread_count(int threads);  // `threads`, or the number of cores when it is 0

}  // namespace braid
