// The one exception type for failures a user can see: bad input, bad configuration, a full disk.
//
// The message is a single line that says what happened, where (file:line, key or tensor) and what
// to do. Programmer errors use BRAID_ASSERT, which adds the source position.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace braid {

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

template <typename... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(fmt::format(format, std::forward<Args>(args)...));
}

// `text` from an untrusted file, fit for a message: in double quotes, on one line, valid UTF-8, cut
// when long.
std::string quote(std::string_view text);

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace braid

#define BRAID_ASSERT(expression) \
  ((expression) ? void(0) : ::braid::assertion_failed(#expression, __FILE__, __LINE__))
