// Preloaded into the executable under test: sends the process signals at exact points, so that
// tests of endings need no sleeps.
//
// BRAID_RAISE_AT is a list of "<call> <signal> <text>", one a line. When the process prints a line
// with `text` by fprintf, opens a file whose path contains it, or has renamed one to such a path,
// it gets the signal there and then, once per entry.
#include <dlfcn.h>
#include <fcntl.h>

#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

namespace {

struct Point {
  std::string call;
  int signal = 0;
  std::string text;
  bool done = false;
};

std::vector<Point> read_points() {
  std::vector<Point> points;
  const char* const list = std::getenv("BRAID_RAISE_AT");
  std::istringstream lines(list == nullptr ? "" : list);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    Point point;
    words >> point.call >> point.signal >> std::ws;
    std::getline(words, point.text);
    points.push_back(point);
  }
  return points;
}

void reach(const std::string& call, const std::string& where) {
  static std::vector<Point> points = read_points();
  for (Point& point : points) {
    if (point.done || point.call != call || where.find(point.text) == std::string::npos) continue;
    point.done = true;
    std::raise(point.signal);
  }
}

template <typename Function>
Function* next(Function*, const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" int fprintf(FILE* file, const char* format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  std::string line(4096, '\0');
  std::vsnprintf(line.data(), line.size(), format, again);
  va_end(again);
  const int result = std::vfprintf(file, format, arguments);
  va_end(arguments);
  reach("fprintf", line);
  return result;
}

extern "C" int open(const char* path, int flags, ...) {
  static const auto real = next(&::open, "open");
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = va_arg(arguments, mode_t);
  va_end(arguments);
  reach("open", path);
  return real(path, flags, mode);
}

extern "C" int rename(const char* from, const char* to) noexcept {
  static const auto real = next(&::rename, "rename");
  const int result = real(from, to);
  reach("rename", to);
  return result;
}
