// Words with ids: one probe for most words of a text, no allocation.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace braid {

class WordTable {
 public:
  // For at most `words` words.
  explicit WordTable(size_t words = 0);

  // Returns false, and changes nothing, when the word is there already. `word` is not empty.
  bool insert(std::string_view word, int32_t id);

  int32_t find(std::string_view word) const {  // -1: not there
    return word.size() <= kShort ? find_short(short_key(word)) : find_long(word);
  }

 private:
  static constexpr size_t kShort = 7;  // such words are their own key, with their length

  struct ShortSlot {
    uint64_t key = 0;  // 0: free; a key has a length
    int32_t id = -1;
  };
  struct LongSlot {
    uint32_t tag = 0;
    uint32_t length = 0;  // 0: free
    uint64_t offset = 0;  // in bytes_
    int32_t id = -1;
  };

  static uint64_t short_key(std::string_view word) {
    const char* bytes = word.data();
    const size_t size = word.size();
    uint64_t key = 0;
    if (size >= 4) {  // two loads that overlap
      uint32_t low = 0, high = 0;
      std::memcpy(&low, bytes, 4);
      std::memcpy(&high, bytes + size - 4, 4);
      key = low | static_cast<uint64_t>(high) << (8 * (size - 4));
    } else if (size > 0) {
      const auto byte = [&](size_t i) {
        return static_cast<uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
      };
      key = byte(0) | byte(size / 2) | byte(size - 1);
    }
    return key | static_cast<uint64_t>(size) << 56;
  }
  int32_t find_short(uint64_t key) const {
    for (size_t at = (key * 0x9e3779b97f4a7c15u) >> shift_;; at = (at + 1) & mask_) {
      if (short_[at].key == key) return short_[at].id;
      if (short_[at].key == 0) return -1;
    }
  }
  int32_t find_long(std::string_view word) const;

  std::vector<ShortSlot> short_;  // open addressing, at most half full
  std::vector<LongSlot> long_;
  std::string bytes_;
  size_t mask_ = 0;
  int shift_ = 0;
};

}  // namespace braid
