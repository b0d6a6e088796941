// A trie whose edges are in one hash table.
#include "data/text/byte_trie.h"

namespace braid {

ByteTrie::ByteTrie() : slots_(64), values_(1, -1) { root_.fill(-1); }

size_t ByteTrie::place(uint64_t edge) const {
  const size_t mask = slots_.size() - 1;
  size_t at = ((edge * 0x9e3779b97f4a7c15u) >> 32) & mask;
  while (slots_[at].edge != edge && slots_[at].edge != 0) at = (at + 1) & mask;
  return at;
}

void ByteTrie::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.edge != 0) slots_[place(slot.edge)] = slot;
  }
}

void ByteTrie::insert(std::string_view key, int32_t value) {
  int32_t node = kRoot;
  for (const char byte : key) {
    int32_t next = child(node, byte);
    if (next < 0) {
      if (values_.size() * 2 >= slots_.size()) grow();
      next = static_cast<int32_t>(values_.size());
      values_.push_back(-1);
      const auto index = static_cast<unsigned char>(byte);
      if (node == kRoot) {
        root_[index] = next;
      } else {
        slots_[place(edge(node, index))] = {edge(node, index), next};
      }
    }
    node = next;
  }
  values_[static_cast<size_t>(node)] = value;
}

}  // namespace braid
