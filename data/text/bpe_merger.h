// Byte-pair merging: the adjacent pair with the lowest rank is replaced by its merged token (the
// leftmost among equals) until no adjacent pair has a rank.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "data/jinja/rendered_text.h"

namespace braid {

class BpeMerger {
 public:
  struct Merge {
    int32_t left;
    int32_t right;
    int32_t result;
    int32_t rank;  // several pairs may share one
  };

  // The caller has refused repeated pairs.
  explicit BpeMerger(const std::vector<Merge>& merges);

  // Merges `symbols` in place: O(n^2) on short words, where that is fastest, else O(n log n).
  // `ranges`, when given, has the range of each symbol in the word, and follows.
  void merge(std::vector<int32_t>& symbols, std::vector<ByteRange>* ranges = nullptr) const;

 private:
  struct Slot {
    uint64_t pair;  // left in the upper half, right in the lower
    int32_t rank;
    int32_t result;
  };

  const Slot* find(int32_t left, int32_t right) const;  // null when the pair has no rank
  void merge_short(std::vector<int32_t>& symbols, std::vector<ByteRange>* ranges) const;
  void merge_long(std::vector<int32_t>& symbols, std::vector<ByteRange>* ranges) const;

  std::vector<Slot> slots_;  // open addressing, at most half full
  size_t mask_ = 0;
};

}  // namespace braid
