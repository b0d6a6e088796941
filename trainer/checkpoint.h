// Checkpoints: directories that are there whole or not at all.
//
// checkpoint-<step>/ is written under a temporary name, every file fsynced, manifest.json with a
// checksum of every file last, then renamed and the parent fsynced. Content: a PEFT adapter (loads
// in other tools as it is), optimizer.safetensors, state.json, and the best adapter so far when the
// run keeps one. Format: docs/checkpoints.md.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "trainer/best_so_far.h"
#include "trainer/optimizer.h"

namespace braid {

struct TrainingState {
  int64_t step = 0;    // completed optimizer steps
  int64_t tokens = 0;  // real tokens seen, prompt once
  int64_t pairs = 0;
  double seconds = 0;                  // training time so far
  std::string run_key;                 // hash of everything that must not change on resume
  std::optional<BestSoFar> best = {};  // of a run with train.best
};

// On failure (disk full, no permission) the temporary directory is removed, earlier checkpoints are
// as they were, and an Error names path and reason. A whole checkpoint of the same step and run
// stays as it is; one of another run is an Error.
void write_checkpoint(const std::filesystem::path& run_directory, const Adapter& adapter,
                      const AdamW& optimizer, const TrainingState& state,
                      const std::string& base_model);

// Names why a checkpoint directory cannot be used (missing file, checksum), or nullopt when it is
// whole.
std::optional<std::string> checkpoint_damage(const std::filesystem::path& checkpoint);

// Checkpoint directories of a run, newest first, whole or not.
std::vector<std::filesystem::path> list_checkpoints(const std::filesystem::path& run_directory);

// Newest whole one; damaged ones are reported through `warn` and skipped.
std::optional<std::filesystem::path> newest_valid_checkpoint(
    const std::filesystem::path& run_directory, const std::function<void(std::string)>& warn);

// Reads state and tensors into adapter and optimizer (adapter shapes must match).
TrainingState restore_checkpoint(const std::filesystem::path& checkpoint, Adapter& adapter,
                                 AdamW& optimizer);
TrainingState read_checkpoint_state(const std::filesystem::path& checkpoint);

// Removes checkpoints older than the `keep` newest whole ones, and left-over temporary directories.
void prune_checkpoints(const std::filesystem::path& run_directory, int64_t keep);

}  // namespace braid
