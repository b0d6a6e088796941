// Prepared feedback of a run: made when it is not there, used again while nothing has changed.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "trainer/configuration.h"

namespace braid {

struct PreparedFiles {
  std::filesystem::path directory;
  std::vector<std::string> train;       // pairs; demonstrations when there are some
  std::vector<std::string> validation;  // held-out pairs
  Json summary;                         // docs/preparation.md
  bool reused = false;
};

// `config.data.sources` is not empty. Loads the model only when selection needs it. Errors: neither
// data.prepared nor output is given; those of preparation.
PreparedFiles prepared_files(const RunConfiguration& config);

// Whether prepared_files() would find them ready. Same errors about configuration.
bool is_prepared(const RunConfiguration& config);

}  // namespace braid
