// The files that preparation writes. docs/preparation.md describes their rows.
#pragma once

#include <filesystem>
#include <vector>

#include "data/preparation/line_file.h"
#include "data/preparation/preparation.h"

namespace braid {

inline constexpr const char* kPairsFile = "pairs.jsonl";
inline constexpr const char* kDemonstrationsFile = "demonstrations.jsonl";
inline constexpr const char* kValidationFile = "validation.jsonl";
inline constexpr const char* kHeldOutDemonstrationsFile = "held_out_demonstrations.jsonl";
inline constexpr const char* kDroppedFile = "dropped.jsonl";

// Writes all of them into `directory`, which exists. Errors name the file that cannot be written.
std::vector<WrittenFile> write_outputs(const Preparation& preparation,
                                       const std::filesystem::path& directory);

}  // namespace braid
