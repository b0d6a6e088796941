// MinHash: unbiased estimates with the binomial variance, and bands that find what they should.
#include "data/selection/minhash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace braid {
namespace {

// Two sets of random hashes with `common` shared and `own` further ones each.
std::pair<ShingleSet, ShingleSet> sets_with(uint64_t stream, int common, int own) {
  ShingleSet a, b;
  for (int i = 0; i < common + 2 * own; ++i) {
    const uint64_t shingle = random_bits(8, stream, static_cast<uint64_t>(i));
    if (i < common + own) a.push_back(shingle);
    if (i < common || i >= common + own) b.push_back(shingle);
  }
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return {a, b};
}

double estimate_of(const MinHash& hash, const ShingleSet& a, const ShingleSet& b) {
  std::vector<uint32_t> x(hash.size()), y(hash.size());
  hash.sign(a, x);
  hash.sign(b, y);
  return estimated_jaccard(x, y);
}

TEST(MinHash, EstimatesWithinStatisticalBounds) {
  constexpr int kRepeats = 400;
  constexpr size_t kSize = 128;
  for (const auto& [common, own] : {std::pair{8, 1}, {80, 10}, {30, 30}, {10, 95}, {1, 1}}) {
    const double similarity = static_cast<double>(common) / (common + 2 * own);
    double sum = 0, squares = 0;
    for (int i = 0; i < kRepeats; ++i) {
      const auto [a, b] = sets_with(static_cast<uint64_t>(i), common, own);
      ASSERT_DOUBLE_EQ(jaccard(a, b), similarity);
      const double error = estimate_of(MinHash(kSize, static_cast<uint64_t>(i)), a, b) - similarity;
      sum += error;
      squares += error * error;
    }
    // Entries are draws with probability J. The mean of all has this standard deviation; five of
    // them bound the bias. The variance has a relative standard deviation of about sqrt(2/400).
    const double variance = similarity * (1 - similarity) / kSize;
    EXPECT_LT(std::abs(sum / kRepeats), 5 * std::sqrt(variance / kRepeats)) << similarity;
    EXPECT_NEAR(squares / kRepeats / variance, 1, 0.35) << similarity;
  }
}

TEST(MinHash, EqualAndEmptySets) {
  const MinHash hash(64, 1);
  const auto [a, b] = sets_with(1, 0, 20);
  EXPECT_EQ(estimate_of(hash, a, a), 1);
  EXPECT_EQ(estimate_of(hash, a, b), 0);
  EXPECT_EQ(estimate_of(hash, {}, {}), 1);
  EXPECT_EQ(estimate_of(hash, a, {}), 0);
}

TEST(MinHash, BandsMissAtMostOnePercent) {
  for (const size_t size : {16, 64, 128, 256}) {
    for (const double threshold : {0.3, 0.5, 0.7, 0.8, 0.9, 1.0}) {
      const Bands bands = choose_bands(size, threshold);
      EXPECT_LE(bands.count * bands.rows, size);
      const double band = std::pow(threshold, static_cast<double>(bands.rows));
      const double missed = std::pow(1 - band, static_cast<double>(bands.count));
      EXPECT_TRUE(missed <= 0.01 || bands.rows == 1) << size << " " << threshold;
    }
  }
  EXPECT_EQ(choose_bands(128, 0.8).rows, 6u);
  EXPECT_EQ(choose_bands(128, 0.8).count, 21u);
}

}  // namespace
}  // namespace braid
