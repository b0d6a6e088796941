// Ending the process early: signals and deadlines ask, work looks where it can be left.
#pragma once

#include <chrono>
#include <exception>
#include <string>

namespace braid {

// Thrown where work is left because the process was asked to end. Not an Error: nothing is wrong,
// and whoever handles errors must let it pass.
class Stopped : public std::exception {
 public:
  explicit Stopped(std::string why) : why_(std::move(why)) {}
  const char* what() const noexcept override { return why_.c_str(); }  // "SIGTERM"

 private:
  std::string why_;
};

// Asks; the first request counts. May be called by signal handlers and from any thread. `why` lives
// as long as the process.
void request_stop(const char* why) noexcept;

// Asks when the time has come; the last call counts. `why` as above.
void request_stop_at(std::chrono::steady_clock::time_point when, const char* why) noexcept;

// Why the process was asked to end; null: it was not. From any thread, some tens of nanoseconds.
const char* stop_reason() noexcept;

// Throws Stopped when there is a reason. Long work calls it between pieces that take a second at
// the most, wherever leaving loses nothing but the work itself.
void check_stop();

// Takes every request back.
void forget_stop() noexcept;

}  // namespace braid
