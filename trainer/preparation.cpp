#include "trainer/preparation.h"

#include <fmt/ranges.h>

#include "base/error.h"
#include "data/preparation/outputs.h"
#include "data/preparation/prepared_directory.h"
#include "model/weights.h"
#include "trainer/progress.h"
#include "trainer/selection/model_selection.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

fs::path directory_of(const RunConfiguration& config) {
  if (!config.data.prepared.empty()) return config.data.prepared;
  if (config.output.empty()) {
    fail("data.prepared: missing; the directory of the prepared data (or output, that of the run)");
  }
  return fs::path(config.output) / "prepared";
}

PreparationConfig preparation_config(const RunConfiguration& config) {
  PreparationConfig preparation;
  preparation.sources = config.data.sources;
  preparation.protect = config.data.protect;
  preparation.held_out = config.data.validation.empty() ? config.data.held_out : 0;
  preparation.selection = config.selection;
  preparation.selection.seed = config.data_seed();
  preparation.selection.threads = static_cast<int>(config.threads);
  return preparation;
}

bool needs_model(const SelectionConfig& selection) {
  return selection.embedding == Embedding::kModel || selection.quality == QualityScale::kIfd;
}

// What a model has to do with the outcome: its weights, and how text becomes ids.
std::string model_key(const RunConfiguration& config) {
  if (!needs_model(config.selection)) return "";
  if (config.model.empty()) {
    fail("model: missing; selection.embedder model and selection.quality ifd need one");
  }
  const auto& chat = config.data.chat_template;
  return fmt::format("{} {} {} {} {} {}", weights_fingerprint(config.model), config.dtype,
                     config.data.limits.max_length, chat.name, fmt::join(chat.arguments, ","),
                     chat.date);
}

Json prepare(const RunConfiguration& config, const PreparationConfig& preparation,
             const fs::path& directory, const std::string& key) {
  const auto note = [](const std::string& line) { say("prepare: " + line); };
  if (!needs_model(config.selection)) {
    return write_prepared(directory, key, preparation, prepare_feedback(preparation, {}, note));
  }
  const ModelSelection model(config);
  return write_prepared(directory, key, preparation,
                        prepare_feedback(preparation, model.parts(), note));
}

}  // namespace

PreparedFiles prepared_files(const RunConfiguration& config) {
  PreparedFiles files;
  files.directory = directory_of(config);
  const PreparationConfig preparation = preparation_config(config);
  const std::string key = preparation_key(preparation, model_key(config));
  files.summary = find_prepared(files.directory, key, say);
  files.reused = !files.summary.is_null();
  if (!files.reused) files.summary = prepare(config, preparation, files.directory, key);
  const auto path = [&](const char* name) { return (files.directory / name).string(); };
  files.train = {path(kPairsFile)};
  if (files.summary["totals"]["demonstrations"]["train"] > 0) {
    files.train.push_back(path(kDemonstrationsFile));
  }
  files.validation = {path(kValidationFile)};
  return files;
}

bool is_prepared(const RunConfiguration& config) {
  const std::string key = preparation_key(preparation_config(config), model_key(config));
  return !find_prepared(directory_of(config), key, [](const std::string&) {}).is_null();
}

}  // namespace braid
