// Words with ids.
#include "data/text/word_table.h"

#include <bit>

#include "base/hash.h"

namespace braid {

WordTable::WordTable(size_t words) {
  const size_t slots = std::bit_ceil(words * 2 + 2);
  short_.resize(slots);
  long_.resize(slots);
  mask_ = slots - 1;
  shift_ = 64 - std::countr_zero(slots);
}

bool WordTable::insert(std::string_view word, int32_t id) {
  if (word.size() <= kShort) {
    const uint64_t key = short_key(word);
    size_t at = (key * 0x9e3779b97f4a7c15u) >> shift_;
    for (; short_[at].key != 0; at = (at + 1) & mask_) {
      if (short_[at].key == key) return false;
    }
    short_[at] = {key, id};
    return true;
  }
  if (find_long(word) >= 0) return false;
  const uint64_t hash = hash64(word);
  size_t at = hash & mask_;
  while (long_[at].length != 0) at = (at + 1) & mask_;
  long_[at] = {static_cast<uint32_t>(hash >> 32), static_cast<uint32_t>(word.size()), bytes_.size(),
               id};
  bytes_ += word;
  return true;
}

int32_t WordTable::find_long(std::string_view word) const {
  const uint64_t hash = hash64(word);
  for (size_t at = hash & mask_;; at = (at + 1) & mask_) {
    const LongSlot& slot = long_[at];
    if (slot.length == 0) return -1;
    if (slot.tag == static_cast<uint32_t>(hash >> 32) && slot.length == word.size() &&
        std::memcmp(bytes_.data() + slot.offset, word.data(), word.size()) == 0) {
      return slot.id;
    }
  }
}

}  // namespace braid
