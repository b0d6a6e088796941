#include "trainer/out_of_memory.h"

#include <c10/util/Exception.h>

#include <new>
#include <string_view>

#include "base/error.h"

namespace braid {
namespace {

// The CPU allocator has no exception type of its own. Empty: another error.
std::string of_cpu_allocator(const std::string& what) {
  if (what.find("can't allocate memory") == std::string::npos) return "";
  constexpr std::string_view kTried = "you tried to allocate ";
  const size_t tried = what.find(kTried);
  if (tried == std::string::npos) return "main memory";
  const size_t begin = tried + kTried.size();
  return "main memory, " + what.substr(begin, what.find(". ", begin) - begin) + " asked for";
}

// What ran out, in one line, when `error` means that; else empty.
std::string what_ran_out(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return "main memory";
  const auto* tensor_error = dynamic_cast<const c10::Error*>(&error);
  if (tensor_error == nullptr) return "";
  const std::string text = tensor_error->what_without_backtrace();
  const std::string line = text.substr(0, text.find('\n'));
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr) return line;
  return of_cpu_allocator(line);
}

}  // namespace

void with_memory_advice(const std::function<void()>& work,
                        const std::function<std::string()>& advice) {
  std::string what;
  try {
    work();
    return;
  } catch (const std::exception& error) {
    what = what_ran_out(error);
    if (what.empty()) throw;
  }
  fail("out of memory ({}); {}", what, advice());
}

}  // namespace braid
