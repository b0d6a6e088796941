#include "base/file_members.h"

namespace braid {
namespace {

void resolve(Json& path, const std::filesystem::path& folder) {
  if (path.is_object()) {
    for (const char* key : {"path", "beside"}) {
      if (path.contains(key)) resolve(path[key], folder);
    }
  }
  if (!path.is_string()) return;
  const std::filesystem::path relative = path.get<std::string>();
  if (relative.empty() || relative.is_absolute()) return;
  path = (folder / relative).lexically_normal().string();
}

}  // namespace

void resolve_file_members(Json& object, const std::filesystem::path& folder) {
  for (const char* key : {"files", "occupations", "statistics"}) {
    const auto files = object.find(key);
    if (files == object.end()) continue;
    if (files->is_array()) {
      for (Json& file : *files) resolve(file, folder);
    } else {
      resolve(*files, folder);
    }
  }
  const auto task = object.find("task");
  if (task == object.end() || !task->is_string()) return;
  if (task->get_ref<const std::string&>().ends_with(".json")) resolve(*task, folder);
}

}  // namespace braid
