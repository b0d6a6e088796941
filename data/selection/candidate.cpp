// Names of the reasons, counts, and the hash that replaces positions.
#include "data/selection/candidate.h"

#include "base/hash.h"

namespace braid {

std::string_view name_of(DropReason reason) {
  static constexpr std::array<std::string_view, kDropReasons> kNames = {
      "kept",
      "empty prompt",
      "empty answer",
      "prompt too short",
      "prompt too long",
      "answer too long",
      "control characters",
      "equal answers",
      "evaluation leak",
      "exact duplicate",
      "near duplicate",
      "not in best fraction",
      "not drawn",
      "mixing",
  };
  return kNames.at(static_cast<size_t>(reason));
}

uint64_t content_hash(const Candidate& candidate, uint64_t seed) {
  // Each hash seeds the next, so that text cannot move from one field to its neighbour unnoticed.
  uint64_t hash = hash64(candidate.prompt, seed);
  hash = hash64(candidate.chosen, hash);
  hash = hash64(candidate.rejected, hash);
  return hash64(candidate.source, hash);
}

ReasonCounts count_reasons(const std::vector<Decision>& decisions) {
  ReasonCounts counts{};
  for (const Decision& decision : decisions) ++counts.at(static_cast<size_t>(decision.reason));
  return counts;
}

}  // namespace braid
