#include "trainer/stop_signals.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>

#include "base/stop.h"
#include "trainer/duration.h"

namespace braid {
namespace {

using Clock = std::chrono::steady_clock;

const char* name_of(int signal) {
  return signal == SIGTERM ? "SIGTERM" : signal == SIGINT ? "SIGINT" : "SIGUSR1";
}

// Only what POSIX allows in a handler.
void on_signal(int signal) {
  const int saved = errno;
  request_stop(name_of(signal));
  const char* const said = signal == SIGINT
                               ? "SIGINT: ends after the work at hand; once more ends at once\n"
                               : "asked to stop: ends after the work at hand\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, said, std::strlen(said));
  errno = saved;
}

void watch(int signal, int flags) {
  struct sigaction before = {};
  ::sigaction(signal, nullptr, &before);
  if (before.sa_handler != SIG_DFL) return;  // ignored
  struct sigaction action = {};
  action.sa_handler = on_signal;
  // Reads and writes go on behind the signal.
  action.sa_flags = SA_RESTART | flags;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

// How long ago the process began. Loading the libraries takes a while, and happens twice
// (wait_policy.h), so that a clock started in main would be late. Nothing without /proc.
std::chrono::nanoseconds process_age() {
  std::ifstream file("/proc/self/stat");
  std::string stat;
  if (!std::getline(file, stat)) return {};
  // Behind the name, which may hold anything, the start is the 20th field (proc(5): 22nd of all).
  std::istringstream fields(stat.substr(stat.rfind(')') + 1));
  std::string field;
  for (int i = 0; i < 20; ++i) fields >> field;
  const double begun =
      std::strtod(field.c_str(), nullptr) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  timespec now = {};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  const std::chrono::duration<double> age(static_cast<double>(now.tv_sec) +
                                          1e-9 * static_cast<double>(now.tv_nsec) - begun);
  return std::max(std::chrono::nanoseconds(0),
                  std::chrono::duration_cast<std::chrono::nanoseconds>(age));
}

}  // namespace

void watch_for_stop(const std::string& time_budget) {
  // Once: a SIGINT that was heard must not be waited for again.
  [[maybe_unused]] static const bool watching = [] {
    watch(SIGTERM, 0);
    watch(SIGUSR1, 0);
    watch(SIGINT, SA_RESETHAND);
    return true;
  }();
  if (time_budget.empty()) return;
  request_stop_at(Clock::now() - std::chrono::duration_cast<Clock::duration>(process_age()) +
                      parse_duration(time_budget),
                  "time_budget used up");
}

}  // namespace braid
