#include "base/stop.h"

#include <atomic>
#include <limits>

namespace braid {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Clock::rep kNever = std::numeric_limits<Clock::rep>::max();

std::atomic<const char*> reason = nullptr;
std::atomic<Clock::rep> deadline = kNever;
std::atomic<const char*> deadline_reason = nullptr;

static_assert(std::atomic<const char*>::is_always_lock_free);  // signal handlers need it

}  // namespace

void request_stop(const char* why) noexcept {
  const char* none = nullptr;
  reason.compare_exchange_strong(none, why);
}

void request_stop_at(Clock::time_point when, const char* why) noexcept {
  deadline_reason = why;
  deadline = when.time_since_epoch().count();
}

const char* stop_reason() noexcept {
  const Clock::rep end = deadline;
  if (reason == nullptr && end != kNever && Clock::now().time_since_epoch().count() >= end) {
    request_stop(deadline_reason);
  }
  return reason;
}

void check_stop() {
  if (const char* why = stop_reason()) throw Stopped(why);
}

void forget_stop() noexcept {
  deadline = kNever;
  reason = nullptr;
}

}  // namespace braid
