// The parts of reading a config.json.
#pragma once

#include <vector>

#include "base/json.h"
#include "model/config.h"
#include "model/config_families.h"

namespace braid {

// Sets the rope, or the two of gemma3. After the sizes.
void read_rope(ObjectReader& reader, const FamilyDefaults& family, ModelConfig& config);

// One window per layer, 0: none. `json`: what `reader` reads, for the difference between null and
// absence.
std::vector<int64_t> read_windows(const Json& json, ObjectReader& reader, WindowRule rule,
                                  int64_t layers);

}  // namespace braid
