// Arguments of calls, filters and tests.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "data/jinja/value.h"

namespace braid::jinja {

struct Keyword {
  std::string_view name;
  Value value;
};

struct Arguments {
  std::span<const Value> positional;
  std::span<const Keyword> keywords;

  bool empty() const { return positional.empty() && keywords.empty(); }
};

void bind_into(std::string_view callee, const Arguments& arguments,
               std::span<const std::string_view> names, size_t required, std::span<Value> values);

// Arguments by parameter, as a Python function with these parameters takes them; those not given
// are missing. The first `required` must be given. Problem with the name of the callee otherwise.
template <size_t N>
std::array<Value, N> bind(std::string_view callee, const Arguments& arguments,
                          const std::array<std::string_view, N>& names, size_t required = 0) {
  std::array<Value, N> values;
  bind_into(callee, arguments, names, required, values);
  return values;
}

// Between `least` and `most` positional arguments and no keyword, or a Problem.
void require_positional(std::string_view callee, const Arguments& arguments, size_t least,
                        size_t most);

}  // namespace braid::jinja
