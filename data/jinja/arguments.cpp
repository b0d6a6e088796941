#include "data/jinja/arguments.h"

#include <algorithm>

#include "data/jinja/problem.h"

namespace braid::jinja {

void bind_into(std::string_view callee, const Arguments& arguments,
               std::span<const std::string_view> names, size_t required, std::span<Value> values) {
  if (arguments.positional.size() > names.size()) {
    problem("{} takes at most {} arguments, not {}", callee, names.size(),
            arguments.positional.size());
  }
  std::copy(arguments.positional.begin(), arguments.positional.end(), values.begin());
  for (const Keyword& keyword : arguments.keywords) {
    const auto found = std::find(names.begin(), names.end(), keyword.name);
    if (found == names.end()) problem("{} has no argument '{}'", callee, keyword.name);
    Value& value = values[static_cast<size_t>(found - names.begin())];
    if (value.given()) problem("{} got its argument '{}' twice", callee, keyword.name);
    value = keyword.value;
  }
  for (size_t i = 0; i < required; ++i) {
    if (!values[i].given()) problem("{} needs its argument '{}'", callee, names[i]);
  }
}

void require_positional(std::string_view callee, const Arguments& arguments, size_t least,
                        size_t most) {
  if (!arguments.keywords.empty()) {
    problem("{} has no argument '{}'", callee, arguments.keywords.front().name);
  }
  const size_t count = arguments.positional.size();
  if (count < least || count > most) {
    problem("{} takes {} to {} arguments, not {}", callee, least, most, count);
  }
}

}  // namespace braid::jinja
