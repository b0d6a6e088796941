// Source to a Program.
#pragma once

#include <memory>
#include <string_view>

#include "data/jinja/ast.h"

namespace braid::jinja {

// Sets `line` as it goes; Problem on a syntax error, on a construct outside the subset, and on an
// unknown filter or test. As in Jinja, an unknown one inside an `if` is a problem only when
// reached.
std::unique_ptr<Program> parse(std::string_view source, int& line);

}  // namespace braid::jinja
