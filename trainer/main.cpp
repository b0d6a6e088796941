// Entry point: every failure becomes one line on standard error and an exit code.
#include <c10/util/Exception.h>

#include <exception>
#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/stop.h"
#include "trainer/command_line.h"
#include "trainer/commands/commands.h"
#include "trainer/kernel_cache.h"
#include "trainer/out_of_memory.h"
#include "trainer/progress.h"
#include "trainer/wait_policy.h"

namespace {

int report(const std::string& message, int code) {
  braid::say("braid: " + message);
  return code;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

int run(int argc, char** argv) {
  int code = braid::kExitOk;
  braid::with_memory_advice(
      [&] { code = braid::run_command_line(argc, argv); },
      [] { return "lower train.micro_batch_tokens or data.max_length, or use a smaller model"; });
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  braid::limit_kernel_cache();
  braid::choose_wait_policy(argv);
  try {
    return run(argc, argv);
  } catch (const braid::Stopped& e) {
    return report(std::string("stopped: ") + e.what() + "; the same command goes on from here",
                  braid::kExitStopped);
  } catch (const braid::Error& e) {
    return report(e.what(), braid::kExitError);
  } catch (const std::filesystem::filesystem_error& e) {
    return report(e.what(), braid::kExitError);
  } catch (const c10::Error& e) {
    return report("internal error in a tensor operation: " + first_line(e.what_without_backtrace()),
                  braid::kExitInternal);
  } catch (const std::exception& e) {
    return report("internal error: " + first_line(e.what()), braid::kExitInternal);
  }
}
