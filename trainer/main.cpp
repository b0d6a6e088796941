// Entry point: every failure becomes one line on standard error and an exit code.
#include <c10/util/Exception.h>

#include <exception>
#include <filesystem>
#include <new>
#include <string>

#include "base/error.h"
#include "trainer/command_line.h"
#include "trainer/commands/commands.h"
#include "trainer/progress.h"
#include "trainer/wait_policy.h"

namespace {

int report(const std::string& message, int code) {
  braid::say("braid: " + message);
  return code;
}

int report_out_of_memory(const std::string& what) {
  return report("out of memory (" + what +
                    "); lower train.micro_batch_tokens or data.max_length, or use a smaller model",
                braid::kExitError);
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

int main(int argc, char** argv) {
  braid::choose_wait_policy(argv);
  try {
    return braid::run_command_line(argc, argv);
  } catch (const braid::Error& e) {
    return report(e.what(), braid::kExitError);
  } catch (const std::filesystem::filesystem_error& e) {
    return report(e.what(), braid::kExitError);
  } catch (const std::bad_alloc&) {
    return report_out_of_memory("main memory");
  } catch (const c10::OutOfMemoryError& e) {
    return report_out_of_memory(first_line(e.what_without_backtrace()));
  } catch (const c10::Error& e) {
    const std::string what = first_line(e.what_without_backtrace());
    // The CPU allocator has no exception type of its own.
    if (what.find("can't allocate memory") != std::string::npos) return report_out_of_memory(what);
    return report("internal error in a tensor operation: " + what, braid::kExitInternal);
  } catch (const std::exception& e) {
    return report("internal error: " + first_line(e.what()), braid::kExitInternal);
  }
}
