// MinHash over 32-bit hashes.
#include "data/selection/minhash.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"

namespace braid {

MinHash::MinHash(size_t size, uint64_t seed) : multipliers_(size), offsets_(size) {
  BRAID_ASSERT(size > 0);
  for (size_t i = 0; i < size; ++i) {
    multipliers_[i] = static_cast<uint32_t>(random_bits(seed, 1, i)) | 1;
    offsets_[i] = static_cast<uint32_t>(random_bits(seed, 2, i));
  }
}

void MinHash::sign(const ShingleSet& set, std::span<uint32_t> signature) const {
  BRAID_ASSERT(signature.size() == size());
  std::fill(signature.begin(), signature.end(), UINT32_MAX);
  for (const uint64_t shingle : set) {
    const auto low = static_cast<uint32_t>(shingle);
    // Two odd multiplications around a shift: a bijection of 32 bits whose order is unrelated for
    // different (multiplier, offset). The inner loop vectorises.
    for (size_t i = 0; i < signature.size(); ++i) {
      uint32_t hash = (low ^ offsets_[i]) * multipliers_[i];
      hash = (hash ^ (hash >> 15)) * 0x85ebca6bU;
      signature[i] = std::min(signature[i], hash);
    }
  }
}

double estimated_jaccard(std::span<const uint32_t> a, std::span<const uint32_t> b) {
  BRAID_ASSERT(a.size() == b.size() && !a.empty());
  uint32_t equal = 0;
  for (size_t i = 0; i < a.size(); ++i) equal += a[i] == b[i];
  return static_cast<double>(equal) / static_cast<double>(a.size());
}

Bands choose_bands(size_t signature_size, double threshold) {
  BRAID_ASSERT(signature_size > 0 && threshold > 0 && threshold <= 1);
  constexpr double kMissed = 0.01;
  for (size_t rows = std::min<size_t>(signature_size, 32); rows > 1; --rows) {
    const size_t count = signature_size / rows;
    const double band_agrees = std::pow(threshold, static_cast<double>(rows));
    if (std::pow(1 - band_agrees, static_cast<double>(count)) <= kMissed) return {count, rows};
  }
  return {signature_size, 1};
}

}  // namespace braid
