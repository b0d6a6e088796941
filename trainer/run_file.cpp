#include "trainer/run_file.h"

#include "base/error.h"
#include "base/file.h"
#include "trainer/run_identity.h"

namespace braid {
namespace {

constexpr const char* kRunFile = "run.json";

}  // namespace

void write_run_file(const std::filesystem::path& run_directory, const RunFile& run) {
  Json content = {{"braid", BRAID_VERSION},
                  {"configuration", run.configuration},
                  {"identity", run.identity},
                  {"environment", run.environment}};
  if (!run.forked_from.is_null()) content["forked_from"] = run.forked_from;
  write_file_atomic(run_directory / kRunFile, content.dump(2) + "\n");
}

RunFile read_run_file(const std::filesystem::path& run_directory) {
  const auto path = run_directory / kRunFile;
  RunFile run;
  if (!std::filesystem::exists(path)) return run;
  const Json content = read_json_file(path);
  ObjectReader reader(content, path.string());
  const auto take = [&](const char* name, Json& member) {
    const Json* found = reader.find(name);
    if (found == nullptr) return;
    if (!found->is_object()) reader.error(name, "expected an object");
    member = *found;
  };
  take("configuration", run.configuration);
  take("identity", run.identity);
  take("environment", run.environment);
  take("forked_from", run.forked_from);
  return run;
}

std::vector<std::string> allowed_changes(const RunFile& now, const RunFile& before) {
  Json flat_now = flattened(now.configuration), flat_before = flattened(before.configuration);
  for (const auto& [key, value] : now.identity.items()) {
    flat_now.erase(key);
    flat_before.erase(key);
  }
  return differences(flat_now, flat_before);
}

}  // namespace braid
