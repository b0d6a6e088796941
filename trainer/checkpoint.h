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

#include "trainer/optimizer.h"
#include "trainer/training_state.h"

namespace braid {

// What a checkpoint is written from. Nothing in it changes when training goes on.
struct CheckpointContent {
  const Adapter& adapter;                  // names and shapes; it outlives the content
  at::Tensor values, exp_avg, exp_avg_sq;  // [N] float32 on the CPU
  int64_t optimizer_steps;
  TrainingState state;
};

// Copies the tensors.
CheckpointContent checkpoint_content(const Adapter& adapter, const AdamW& optimizer,
                                     const TrainingState& state);

// On failure (disk full, no permission) the temporary directory is removed, earlier checkpoints are
// as they were, and an Error names path and reason. A whole checkpoint of the same step and run
// stays as it is, unless measurements of that step were made since; one of another run is an Error.
void write_checkpoint(const std::filesystem::path& run_directory, const CheckpointContent& content,
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

// Whoever is interrupted leaves it whole or takes it away.
void remove_checkpoint(const std::filesystem::path& checkpoint);

// Which checkpoints stay.
struct Retention {
  int64_t newest = 1;  // whole ones
  int64_t every = 0;   // those of steps that it divides; 0: none of them
  int64_t best = 0;    // that of this step; 0: none
};

// Removes the others, as long as `newest` whole ones are newer, and left-over temporary
// directories.
void prune_checkpoints(const std::filesystem::path& run_directory, const Retention& keep);

}  // namespace braid
