// best/ of a run directory: the adapter of the best measurement (PEFT format) and best.json, which
// says which one it was.
#pragma once

#include <filesystem>
#include <string>

#include "model/lora.h"
#include "trainer/best_so_far.h"

namespace braid {

std::filesystem::path best_directory(const std::filesystem::path& run_directory);

// Each of them leaves the old directory or the new one, also when it is interrupted.
void save_best(const std::filesystem::path& run_directory, const Adapter& adapter,
               const std::string& base_model, const BestSoFar& best);
// From the copy in a checkpoint: what a killed run found after it does not count.
void restore_best(const std::filesystem::path& run_directory,
                  const std::filesystem::path& checkpoint, const BestSoFar& best);
void remove_best(const std::filesystem::path& run_directory);

// Puts the best adapter of `run_directory` into a checkpoint that is being written.
void copy_best(const std::filesystem::path& run_directory, const std::filesystem::path& checkpoint);

}  // namespace braid
