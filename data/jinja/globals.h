// Functions that every template can call.
#pragma once

#include "data/jinja/callables.h"

namespace braid::jinja {

// range, dict, namespace, cycler, joiner, raise_exception, strftime_now; null for other names.
const Function* find_function(std::string_view name);

}  // namespace braid::jinja
