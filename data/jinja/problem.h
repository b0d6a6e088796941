// What went wrong while a template was read or rendered. JinjaTemplate adds file and line and turns
// it into an Error: nothing outside this directory sees a Problem.
#pragma once

#include <fmt/format.h>

#include <stdexcept>

namespace braid::jinja {

class Problem : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

template <typename... Args>
[[noreturn]] void problem(fmt::format_string<Args...> format, Args&&... args) {
  throw Problem(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace braid::jinja
