// Independent work on several threads, with the outcome of doing it in order.
#pragma once

#include <cstddef>
#include <functional>

namespace braid {

// Calls `work(i)` for every i in [0, count) on up to `threads` threads (0: one per core), in
// any order and several at a time. When calls throw, the exception of the lowest i among the calls
// made is thrown again after all threads have ended; calls with a higher i may then be missing.
// Asks check_stop() before every call.
void parallel_for(size_t count, size_t threads, const std::function<void(size_t)>& work);

}  // namespace braid
