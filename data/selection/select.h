// Selection: which preference pairs train, and why the others do not.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "data/selection/candidate.h"
#include "data/selection/config.h"
#include "data/selection/embedder.h"
#include "data/selection/quality.h"

namespace braid {

struct Selection {
  std::vector<Decision> decisions;  // one per candidate
  Matrix centres;                   // [clusters, dimensions]; no rows when nothing was clustered
  double inertia = 0;               // of the distinct prompts
};

// What a model gives; for Embedding::kModel and QualityScale::kIfd.
struct SelectionParts {
  const PromptEmbedder* embedder = nullptr;
  const QualityScore* quality = nullptr;
};

// Hygiene, then the strategy, then mixing. The decisions on records do not depend on their order
// (equal records may swap theirs), nor on the number of threads. For one clustering, that is the
// same candidates, seed and clusters, the kept set grows with the fraction and nothing leaves it.
// Errors: an invalid config; a margin or a quality that is not finite; mixing without a share.
// Memory beside the texts: about 200 bytes per candidate, and the larger of 4 * signature + 100
// (near duplicates) and 4 * dimensions (embeddings) bytes.
Selection select_pairs(std::span<const Candidate> candidates, const SelectionConfig& config,
                       std::span<const std::string_view> evaluation_texts = {},
                       const SelectionParts& parts = {});

}  // namespace braid
