// MinHash signatures: the share of equal entries estimates the Jaccard similarity of two sets, and
// bands of entries find similar sets without comparing all of them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/selection/shingles.h"

namespace braid {

// A family of `size` hash functions drawn from `seed`. Immutable, for use from any thread.
class MinHash {
 public:
  MinHash(size_t size, uint64_t seed);  // size > 0

  size_t size() const { return multipliers_.size(); }
  // Fills `signature` (size() entries) with the smallest hash of the set under every function; all
  // ones for the empty set.
  void sign(const ShingleSet& set, std::span<uint32_t> signature) const;

 private:
  std::vector<uint32_t> multipliers_;  // odd
  std::vector<uint32_t> offsets_;
};

// Share of equal entries: unbiased for the Jaccard similarity J, with variance J(1 - J)/size.
double estimated_jaccard(std::span<const uint32_t> a, std::span<const uint32_t> b);

// A signature cut into `count` bands of `rows` entries; sets that agree in a whole band are
// compared.
struct Bands {
  size_t count;
  size_t rows;
};

// The longest bands (fewest needless comparisons) with which a pair of similarity `threshold` is
// missed with probability (1 - threshold^rows)^count of at most 1 %; single rows if none manages.
// 0 < threshold <= 1.
Bands choose_bands(size_t signature_size, double threshold);

}  // namespace braid
