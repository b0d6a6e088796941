// Sets of word n-grams ("shingles") as sorted hashes, and how much two of them share.
#pragma once

#include <cstdint>
#include <vector>

#include "data/selection/text_units.h"

namespace braid {

using ShingleSet = std::vector<uint64_t>;  // sorted, without repeats

// Shingles of `words` consecutive words. A text with fewer words has one shingle, all of it; a text
// without words has none. `seed` keeps the sets of different fields apart. words > 0.
ShingleSet shingles_of(const WordText& text, size_t words, uint64_t seed);

// |a and b| / |a or b|; 1 for two empty sets, which say the same nothing.
double jaccard(const ShingleSet& a, const ShingleSet& b);

// Share of `part` that is in `whole`; 0 when `part` is empty.
double containment(const ShingleSet& part, const ShingleSet& whole);

}  // namespace braid
