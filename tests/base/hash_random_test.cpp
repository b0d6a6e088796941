// Content hashes against published values, and the properties that resumed runs and samplers rely
// on in random.h.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "base/hash.h"
#include "base/random.h"

namespace braid {
namespace {

TEST(Hash, KnownValues) {
  EXPECT_EQ(hash_hex(""), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(hash64(""), 0x2d06800538d394c2u);
}

TEST(Hash, StreamingEqualsOneShot) {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += static_cast<char>(i * 31);
  Hasher hasher;
  hasher.update(std::string_view()).update(std::span<const std::byte>());
  hasher.update(std::string_view(text).substr(0, 7));
  EXPECT_EQ(hasher.hex(), hash_hex(text.substr(0, 7)));
  hasher.update(std::as_bytes(std::span(text)).subspan(7));
  EXPECT_EQ(hasher.hex(), hash_hex(text));
  EXPECT_NE(hash64(text, 0), hash64(text, 1));
}

TEST(Random, SameKeySameValue) {
  EXPECT_EQ(random_bits(1, 2, 3), random_bits(1, 2, 3));
  std::set<uint64_t> values;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    for (uint64_t stream = 0; stream < 20; ++stream) {
      for (uint64_t index = 0; index < 20; ++index) values.insert(random_bits(seed, stream, index));
    }
  }
  EXPECT_EQ(values.size(), 8000u) << "neighbouring keys collide";
}

// Pinned: a change of the generator would silently change what a resumed run draws.
TEST(Random, ValuesArePinned) {
  EXPECT_EQ(random_bits(0, 0, 0), 2558736989570252433u);
  EXPECT_EQ(random_permutation(7, 1, 8), (std::vector<int64_t>{6, 5, 1, 7, 3, 4, 0, 2}));
}

TEST(Random, UnitIsUniform) {
  constexpr int kCount = 100000;
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < kCount; ++i) {
    const double value = random_unit(5, 6, static_cast<uint64_t>(i));
    ASSERT_GE(value, 0);
    ASSERT_LT(value, 1);
    sum += value;
    squares += value * value;
  }
  // Standard errors of the two means are 0.0009 and 0.0009: five of them.
  EXPECT_NEAR(sum / kCount, 1.0 / 2, 0.005);
  EXPECT_NEAR(squares / kCount, 1.0 / 3, 0.005);
}

TEST(Random, BelowCoversItsRange) {
  std::vector<int> counts(7);
  for (uint64_t i = 0; i < 70000; ++i) ++counts.at(random_below(1, 0, i, 7));
  // Each count is 10000 with a standard deviation of 93.
  for (const int count : counts) EXPECT_NEAR(count, 10000, 500);
  EXPECT_EQ(random_below(1, 2, 3, 1), 0u);
}

TEST(Random, PermutationIsOne) {
  for (const int64_t count : {0, 1, 2, 1000}) {
    const auto order = random_permutation(3, 4, count);
    const std::set<int64_t> distinct(order.begin(), order.end());
    ASSERT_EQ(static_cast<int64_t>(order.size()), count);
    ASSERT_EQ(static_cast<int64_t>(distinct.size()), count);
    if (count > 0) {
      EXPECT_EQ(*distinct.begin(), 0);
      EXPECT_EQ(*distinct.rbegin(), count - 1);
    }
  }
  EXPECT_NE(random_permutation(3, 4, 100), random_permutation(3, 5, 100));
}

TEST(Random, PermutationsOfThreeAreEquallyLikely) {
  std::map<std::vector<int64_t>, int> counts;
  for (uint64_t stream = 0; stream < 6000; ++stream) ++counts[random_permutation(9, stream, 3)];
  ASSERT_EQ(counts.size(), 6u);
  // 1000 each with a standard deviation of 29.
  for (const auto& [order, count] : counts) EXPECT_NEAR(count, 1000, 150);
}

}  // namespace
}  // namespace braid
