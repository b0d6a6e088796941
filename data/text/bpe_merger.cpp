// Byte-pair merging on a hash table of pairs.
#include "data/text/bpe_merger.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <queue>
#include <tuple>

namespace braid {
namespace {

constexpr uint64_t kNoPair = std::numeric_limits<uint64_t>::max();
constexpr int32_t kNoRank = std::numeric_limits<int32_t>::max();
constexpr size_t kShortWord = 64;

uint64_t pair_key(int32_t left, int32_t right) {
  return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
}

// Fibonacci hashing: the upper bits of the product depend on all bits of the key.
size_t spread(uint64_t key) { return (key * 0x9e3779b97f4a7c15u) >> 32; }

}  // namespace

BpeMerger::BpeMerger(const std::vector<Merge>& merges) {
  slots_.assign(std::bit_ceil(merges.size() * 2 + 2), Slot{kNoPair, kNoRank, -1});
  mask_ = slots_.size() - 1;
  for (const Merge& merge : merges) {
    const uint64_t key = pair_key(merge.left, merge.right);
    size_t at = spread(key) & mask_;
    while (slots_[at].pair != kNoPair) at = (at + 1) & mask_;
    slots_[at] = {key, merge.rank, merge.result};
  }
}

const BpeMerger::Slot* BpeMerger::find(int32_t left, int32_t right) const {
  const uint64_t key = pair_key(left, right);
  for (size_t at = spread(key) & mask_;; at = (at + 1) & mask_) {
    if (slots_[at].pair == key) return &slots_[at];
    if (slots_[at].pair == kNoPair) return nullptr;
  }
}

void BpeMerger::merge(std::vector<int32_t>& symbols, std::vector<ByteRange>* ranges) const {
  if (symbols.size() < 2) return;
  symbols.size() <= kShortWord ? merge_short(symbols, ranges) : merge_long(symbols, ranges);
}

void BpeMerger::merge_short(std::vector<int32_t>& symbols, std::vector<ByteRange>* ranges) const {
  std::array<int32_t, kShortWord> ranks;    // of the pair (i, i + 1)
  std::array<int32_t, kShortWord> results;  // what that pair becomes
  size_t count = symbols.size();
  const auto look_up = [&](size_t i) {
    const Slot* slot = find(symbols[i], symbols[i + 1]);
    ranks[i] = slot != nullptr ? slot->rank : kNoRank;
    results[i] = slot != nullptr ? slot->result : -1;
  };
  for (size_t i = 0; i + 1 < count; ++i) look_up(i);
  while (count > 1) {
    const auto end = ranks.begin() + (count - 1);
    const size_t best = std::min_element(ranks.begin(), end) - ranks.begin();
    if (ranks[best] == kNoRank) break;
    symbols[best] = results[best];
    symbols.erase(symbols.begin() + best + 1);
    if (ranges != nullptr) {
      (*ranges)[best].end = (*ranges)[best + 1].end;
      ranges->erase(ranges->begin() + best + 1);
    }
    --count;
    std::copy(ranks.begin() + best + 1, end, ranks.begin() + best);
    std::copy(results.begin() + best + 1, results.begin() + count, results.begin() + best);
    if (best > 0) look_up(best - 1);
    if (best + 1 < count) look_up(best);
  }
}

void BpeMerger::merge_long(std::vector<int32_t>& symbols, std::vector<ByteRange>* ranges) const {
  // Symbols form a linked list; a merged-away symbol is -1. An entry of the queue is stale when its
  // two symbols are no longer those it was made for.
  const size_t count = symbols.size();
  std::vector<size_t> previous(count), next(count);
  using Candidate = std::tuple<int32_t, size_t, size_t, uint64_t, int32_t>;  // rank, left, right,
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue;  // pair, result
  const auto propose = [&](size_t left, size_t right) {
    if (const Slot* slot = find(symbols[left], symbols[right])) {
      queue.emplace(slot->rank, left, right, slot->pair, slot->result);
    }
  };
  for (size_t i = 0; i < count; ++i) {
    previous[i] = i - 1;  // of the first: wraps to a value no position has
    next[i] = i + 1;
    if (i + 1 < count) propose(i, i + 1);
  }
  while (!queue.empty()) {
    const auto [rank, left, right, pair, result] = queue.top();
    queue.pop();
    if (pair_key(symbols[left], symbols[right]) != pair || next[left] != right) continue;
    symbols[left] = result;
    symbols[right] = -1;
    if (ranges != nullptr) {
      (*ranges)[left].end = (*ranges)[right].end;
      (*ranges)[right] = {};
    }
    next[left] = next[right];
    if (next[left] < count) {
      previous[next[left]] = left;
      propose(left, next[left]);
    }
    if (previous[left] < count) propose(previous[left], left);
  }
  std::erase(symbols, -1);
  if (ranges != nullptr) std::erase(*ranges, ByteRange{});
}

}  // namespace braid
