// Clusters of the distinct prompts among candidates.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/selection/candidate.h"
#include "data/selection/embedder.h"
#include "data/selection/kmeans.h"

namespace braid {

// Sets cluster and distance of the candidates named by `members`. Equal prompts are embedded and
// counted once. Prompts go in the order of their hashes, so the order of the candidates changes
// nothing. `options.clusters` 0: sqrt(prompts / 2), at least 1 and at most 100. The labels and
// distances of the result are those of the distinct prompts.
Clustering cluster_prompts(std::span<const Candidate> candidates, std::span<const int64_t> members,
                           const PromptEmbedder& embedder, KMeansOptions options,
                           std::vector<Decision>& decisions);

}  // namespace braid
