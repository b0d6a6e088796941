// What the user sees while work goes on: one rewritten line with ETA on a terminal, plain lines
// otherwise.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace braid {

// Plain line on stderr; ends a progress line that is on screen.
void say(const std::string& line);

// Results on stdout, as they are and at once; Error when they cannot be written.
void print(const std::string& text);

class Progress {
 public:
  // `what` begins every line ("reference", "train"); `total` units are expected, `done` of them
  // came from before.
  Progress(std::string what, int64_t total, int64_t done = 0);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `detail` is shown behind the counts. On a terminal at most ten redraws a second, cut to its
  // width; otherwise a line every ~10 % or 30 s.
  void update(int64_t done, const std::string& detail = "");

 private:
  std::string render(int64_t done, const std::string& detail) const;

  std::string what_;
  int64_t total_, first_;
  int64_t last_printed_ = -1;
  bool terminal_;
  std::chrono::steady_clock::time_point start_, last_time_;
};

// "1:05", "2:03:04".
std::string format_duration(double seconds);

}  // namespace braid
