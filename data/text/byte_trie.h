// Byte strings with values, for finding all that begin at a place of a text.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace braid {

class ByteTrie {
 public:
  static constexpr int32_t kRoot = 0;

  ByteTrie();

  // Gives `key` (not empty) the value `value` >= 0, instead of an earlier one.
  void insert(std::string_view key, int32_t value);

  // The node behind `node` on `byte`, or -1.
  int32_t child(int32_t node, char byte) const {
    const auto index = static_cast<unsigned char>(byte);
    return node == kRoot ? root_[index] : find(edge(node, index));
  }
  int32_t value(int32_t node) const { return values_[static_cast<size_t>(node)]; }  // -1: none

 private:
  struct Slot {
    uint64_t edge = 0;  // 0: free; no edge leads out of the root
    int32_t node = -1;
  };

  static uint64_t edge(int32_t node, unsigned char byte) {
    return static_cast<uint64_t>(node) << 8 | byte;
  }
  size_t place(uint64_t edge) const;  // of the edge, or of the free slot where it belongs
  int32_t find(uint64_t edge) const { return slots_[place(edge)].node; }
  void grow();

  std::array<int32_t, 256> root_;
  std::vector<Slot> slots_;  // open addressing, at most half full
  std::vector<int32_t> values_;
};

}  // namespace braid
