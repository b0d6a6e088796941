// Progress on standard error.
#include "trainer/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "base/error.h"

namespace braid {
namespace {

bool line_open = false;  // a progress line without its newline is on the terminal

void close_line() {
  if (line_open) std::fputc('\n', stderr);
  line_open = false;
}

// A line that wraps cannot be rewritten.
size_t terminal_width() {
  winsize size = {};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  return known ? size.ws_col - size_t{1} : 79;
}

}  // namespace

void say(const std::string& line) {
  close_line();
  std::fprintf(stderr, "%s\n", line.c_str());
}

void print(const std::string& text) {
  close_line();
  const bool written =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!written) fail("standard output: cannot write: {}", std::generic_category().message(errno));
}

std::string format_duration(double seconds) {
  const auto total = static_cast<int64_t>(std::max(0.0, seconds) + 0.5);
  if (total < 3600) return fmt::format("{}:{:02}", total / 60, total % 60);
  return fmt::format("{}:{:02}:{:02}", total / 3600, total / 60 % 60, total % 60);
}

Progress::Progress(std::string what, int64_t total, int64_t done)
    : what_(std::move(what)),
      total_(total),
      first_(done),
      terminal_(isatty(STDERR_FILENO) != 0),
      start_(std::chrono::steady_clock::now()),
      last_time_(start_) {}

Progress::~Progress() { close_line(); }

std::string Progress::render(int64_t done, const std::string& detail) const {
  const double elapsed =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  std::string line = fmt::format("{} {}/{}", what_, done, total_);
  if (done > first_) {
    const double each = elapsed / static_cast<double>(done - first_);
    const double left = each * static_cast<double>(total_ - done);
    line += fmt::format("  {} elapsed, {} left", format_duration(elapsed), format_duration(left));
  }
  if (!detail.empty()) line += "  " + detail;
  return line;
}

void Progress::update(int64_t done, const std::string& detail) {
  const auto now = std::chrono::steady_clock::now();
  const double since = std::chrono::duration<double>(now - last_time_).count();
  if (terminal_) {
    if (done < total_ && since < 0.1) return;
    const std::string line = render(done, detail).substr(0, terminal_width());
    std::fprintf(stderr, "\r\033[K%s", line.c_str());
    std::fflush(stderr);
    line_open = true;
  } else {
    const int64_t total = std::max<int64_t>(1, total_);
    const bool tenth = done * 10 / total != last_printed_ * 10 / total;
    if (last_printed_ >= 0 && !tenth && since < 30) return;
    std::fprintf(stderr, "%s\n", render(done, detail).c_str());
    last_printed_ = done;
  }
  last_time_ = now;
}

}  // namespace braid
