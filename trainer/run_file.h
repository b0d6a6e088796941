// run.json of a run directory: version, resolved configuration, identity, where it computes, and
// what it was forked from.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "trainer/configuration.h"

namespace braid {

// Absent members are null.
struct RunFile {
  Json configuration, identity, environment, forked_from;
};

void write_run_file(const std::filesystem::path& run_directory, const RunFile& run);

// All null when there is no such file.
RunFile read_run_file(const std::filesystem::path& run_directory);

// "train.log_every: 5, was 1", for every key that differs and that `identity` does not hold: such
// keys may change between two starts of a run.
std::vector<std::string> allowed_changes(const RunFile& now, const RunFile& before);

}  // namespace braid
