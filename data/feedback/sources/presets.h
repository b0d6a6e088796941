// Sources for public sets, by name. docs/feedback.md lists them with the coding of their labels.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace braid {

// The configuration of a preset, without files; nullopt when there is none of that name.
std::optional<Json> find_preset(const std::string& name);

// All names, sorted.
std::vector<std::string> preset_names();

// One table per family of sets: {"name": configuration, ...} as JSON text.
extern const char* const kPairwisePresets;
extern const char* const kRatingPresets;
extern const char* const kRankingPresets;
extern const char* const kOtherPresets;

}  // namespace braid
