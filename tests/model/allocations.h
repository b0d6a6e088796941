// What the CPU allocator hands out and takes back, on this thread.
#pragma once

#include <ATen/Parallel.h>
#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <algorithm>
#include <cstdint>
#include <memory>

namespace braid::test {

// Counts bytes of tensors from its construction on: the ones still there, and the most at a time.
// Work is done on this thread meanwhile, so that nothing is missed.
class Allocations {
 public:
  Allocations()
      : threads_(at::get_num_threads()),
        counter_(std::make_shared<Counter>()),
        guard_(c10::DebugInfoKind::PROFILER_STATE, counter_) {
    at::set_num_threads(1);
  }
  ~Allocations() { at::set_num_threads(threads_); }
  Allocations(const Allocations&) = delete;
  Allocations& operator=(const Allocations&) = delete;

  int64_t live() const { return counter_->live; }
  int64_t peak() const { return counter_->peak; }
  int64_t largest() const { return counter_->largest; }  // single allocation

 private:
  struct Counter : c10::MemoryReportingInfoBase {
    void reportMemoryUsage(void*, int64_t size, size_t, size_t, c10::Device) override {
      live += size;
      peak = std::max(peak, live);
      largest = std::max(largest, size);
    }
    bool memoryProfilingEnabled() const override { return true; }

    int64_t live = 0, peak = 0, largest = 0;
  };

  int threads_;
  std::shared_ptr<Counter> counter_;
  c10::DebugInfoGuard guard_;
};

}  // namespace braid::test
