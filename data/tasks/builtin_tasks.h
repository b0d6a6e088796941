// Tasks that users name instead of describing them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace braid {

// The definition, without files; nullopt when there is none of that name.
std::optional<Json> find_builtin_task(const std::string& name);
std::vector<std::string> builtin_task_names();

}  // namespace braid
