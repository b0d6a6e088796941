// Paths inside JSON objects that stand in a file: relative to the folder of that file.
#pragma once

#include <filesystem>

#include "base/json.h"

namespace braid {

// Makes the relative paths of a feedback source or an evaluation task absolute: "files",
// "occupations" and "statistics" (a path or a list of them, also as objects with "path" and
// "beside"), and "task" when it ends in .json. Members of other types are left to whoever reads the
// object.
void resolve_file_members(Json& object, const std::filesystem::path& folder);

}  // namespace braid
