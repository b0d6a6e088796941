// Looking up presets.
#include "data/feedback/sources/presets.h"

#include <algorithm>

namespace braid {
namespace {

const std::vector<Json>& tables() {
  static const std::vector<Json> parsed = [] {
    std::vector<Json> result;
    for (const char* text : {kPairwisePresets, kRatingPresets, kRankingPresets, kOtherPresets}) {
      result.push_back(parse_json(text, "built-in presets"));
    }
    return result;
  }();
  return parsed;
}

}  // namespace

std::optional<Json> find_preset(const std::string& name) {
  for (const Json& table : tables()) {
    if (const auto found = table.find(name); found != table.end()) return *found;
  }
  return std::nullopt;
}

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const Json& table : tables()) {
    for (const auto& [name, unused] : table.items()) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace braid
