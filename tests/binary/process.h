// Runs the real executable: arguments in, exit code, output and errors out.
#pragma once

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/file.h"
#include "tests/support.h"

namespace braid::test {

struct Result {
  int exit_code = 0;  // of a process that a signal ended: minus the signal's number
  std::string out, err;
};

struct ProcessOptions {
  std::string input;           // on standard input
  int64_t max_file_bytes = 0;  // writes beyond it fail, as on a full disk; 0: no limit
  int64_t max_data_bytes = 0;  // allocations beyond it fail; 0: no limit
  std::filesystem::path out;   // standard output goes here instead of into Result::out
  std::string raise_at = {};   // signals at exact points, see raise_at.cpp
};

// A running braid. Killed and waited for when the object goes before `wait`.
class Process {
 public:
  explicit Process(const std::vector<std::string>& arguments, const ProcessOptions& options = {}) {
    const auto in = scratch_.path() / "in";
    write_file_atomic(in, options.input);
    std::vector<const char*> words = {BRAID_BINARY};
    for (const std::string& argument : arguments) words.push_back(argument.c_str());
    words.push_back(nullptr);
    const std::string points = "BRAID_RAISE_AT=" + options.raise_at;
    std::vector<const char*> environment;
    for (char** variable = environ; *variable != nullptr; ++variable) {
      environment.push_back(*variable);
    }
    if (!options.raise_at.empty()) {
      environment.push_back("LD_PRELOAD=" BRAID_RAISE_AT_LIBRARY);
      environment.push_back(points.c_str());
    }
    environment.push_back(nullptr);
    const auto out = options.out.empty() ? scratch_.path() / "out" : options.out;
    const auto err = scratch_.path() / "err";
    pid_ = fork();
    if (pid_ < 0) throw std::runtime_error("fork failed");
    if (pid_ == 0) start(words, environment, in, out, err, options);
  }
  ~Process() {
    if (pid_ < 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void signal(int number) const { kill(pid_, number); }

  bool running() {
    int status = 0;
    const bool alive = pid_ >= 0 && waitpid(pid_, &status, WNOHANG) == 0;
    if (!alive && pid_ >= 0) {
      status_ = status;
      pid_ = -1;
    }
    return alive;
  }

  std::string error_so_far() const { return read_text_file(scratch_.path() / "err"); }

  Result wait() {
    if (pid_ >= 0) waitpid(pid_, &status_, 0);
    pid_ = -1;
    Result result;
    result.exit_code = WIFEXITED(status_) ? WEXITSTATUS(status_) : -WTERMSIG(status_);
    const auto out = scratch_.path() / "out";
    if (std::filesystem::exists(out)) result.out = read_text_file(out);
    result.err = error_so_far();
    return result;
  }

 private:
  // In the child: only calls that are safe after fork.
  [[noreturn]] static void start(const std::vector<const char*>& words,
                                 const std::vector<const char*>& environment,
                                 const std::filesystem::path& in, const std::filesystem::path& out,
                                 const std::filesystem::path& err, const ProcessOptions& options) {
    dup2(open(in.c_str(), O_RDONLY), STDIN_FILENO);
    dup2(open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), STDOUT_FILENO);
    dup2(open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), STDERR_FILENO);
    const auto limit = [](__rlimit_resource resource, int64_t bytes) {
      const rlimit both{static_cast<rlim_t>(bytes), static_cast<rlim_t>(bytes)};
      if (bytes > 0) setrlimit(resource, &both);
    };
    std::signal(SIGINT, SIG_DFL);  // shells let background processes ignore it
    // With the signal ignored a write past the limit fails like one on a full disk.
    if (options.max_file_bytes > 0) std::signal(SIGXFSZ, SIG_IGN);
    limit(RLIMIT_FSIZE, options.max_file_bytes);
    limit(RLIMIT_DATA, options.max_data_bytes);
    execve(BRAID_BINARY, const_cast<char* const*>(words.data()),
           const_cast<char* const*>(environment.data()));
    _exit(127);
  }

  TemporaryDirectory scratch_;
  pid_t pid_ = -1;
  int status_ = 0;
};

// Starts braid and waits for it.
inline Result run_braid(const std::vector<std::string>& arguments,
                        const ProcessOptions& options = {}) {
  return Process(arguments, options).wait();
}

}  // namespace braid::test
