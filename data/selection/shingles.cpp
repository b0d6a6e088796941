// Word n-grams as sorted hashes.
#include "data/selection/shingles.h"

#include <algorithm>

#include "base/hash.h"

namespace braid {
namespace {

size_t intersection_size(const ShingleSet& a, const ShingleSet& b) {
  size_t common = 0;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    common += *i == *j;
    const bool step_first = *i <= *j;
    j += *j <= *i;
    i += step_first;
  }
  return common;
}

}  // namespace

ShingleSet shingles_of(const WordText& text, size_t words, uint64_t seed) {
  ShingleSet set;
  const size_t count = text.word_count();
  if (count == 0) return set;
  if (count <= words) return {hash64(text.words(0, count), seed)};
  set.reserve(count - words + 1);
  for (size_t i = 0; i + words <= count; ++i) set.push_back(hash64(text.words(i, words), seed));
  std::sort(set.begin(), set.end());
  set.erase(std::unique(set.begin(), set.end()), set.end());
  return set;
}

double jaccard(const ShingleSet& a, const ShingleSet& b) {
  if (a.empty() && b.empty()) return 1;
  const size_t common = intersection_size(a, b);
  return static_cast<double>(common) / static_cast<double>(a.size() + b.size() - common);
}

double containment(const ShingleSet& part, const ShingleSet& whole) {
  if (part.empty()) return 0;
  return static_cast<double>(intersection_size(part, whole)) / static_cast<double>(part.size());
}

}  // namespace braid
