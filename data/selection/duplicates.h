// Pairs that repeat another pair. Both functions look at kept candidates only, walk through them in
// `order` (best first, see order_of_preference), and let the first of its kind stay.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/selection/candidate.h"
#include "data/selection/hygiene.h"

namespace braid {

// Drops candidates whose prompt, chosen and rejected equal those of an earlier one but for
// whitespace, going by 128 bits of hash. The source does not matter.
void drop_exact_duplicates(std::span<const Candidate> candidates, std::span<const int64_t> order,
                           int threads, std::vector<Decision>& decisions);

// Drops candidates that are near duplicates of an earlier kept one: every text in scope has a
// Jaccard similarity of at least the threshold, computed exactly on its shingles. Found through
// MinHash bands, so a pair at the threshold is missed with probability 1 % or less (choose_bands).
// Work per candidate is bounded: at most 64 earlier ones per band, 16 exact comparisons in all,
// most similar first.
void drop_near_duplicates(std::span<const Candidate> candidates, std::span<const int64_t> order,
                          const HygieneOptions& options, uint64_t seed, int threads,
                          std::vector<Decision>& decisions);

}  // namespace braid
