// Exact duplicates by a hash of the normalised texts.
#include <algorithm>
#include <string>
#include <tuple>

#include "base/hash.h"
#include "data/selection/duplicates.h"
#include "data/selection/parallel.h"
#include "data/selection/text_units.h"

namespace braid {
namespace {

constexpr int64_t kBlock = 256;

struct Keyed {
  uint64_t high = 0;
  uint64_t low = 0;
  size_t place = 0;  // in `order`
};

Keyed key_of(const Candidate& candidate, size_t place) {
  Keyed key{1, 2, place};  // two seeds: two independent hashes
  for (const std::string_view text : {candidate.prompt, candidate.chosen, candidate.rejected}) {
    const std::string normal = normalise_whitespace(text);
    key.high = hash64(normal, key.high);
    key.low = hash64(normal, key.low);
  }
  return key;
}

}  // namespace

void drop_exact_duplicates(std::span<const Candidate> candidates, std::span<const int64_t> order,
                           int threads, std::vector<Decision>& decisions) {
  std::vector<Keyed> keys;
  for (size_t place = 0; place < order.size(); ++place) {
    if (decisions[static_cast<size_t>(order[place])].kept()) keys.push_back({0, 0, place});
  }
  for_blocks(static_cast<int64_t>(keys.size()), kBlock, threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      Keyed& key = keys[static_cast<size_t>(i)];
      key = key_of(candidates[static_cast<size_t>(order[key.place])], key.place);
    }
  });
  std::sort(keys.begin(), keys.end(), [](const Keyed& a, const Keyed& b) {
    return std::tie(a.high, a.low, a.place) < std::tie(b.high, b.low, b.place);
  });
  size_t first = 0;  // of the run of equal keys
  for (size_t i = 1; i < keys.size(); ++i) {
    if (keys[i].high != keys[first].high || keys[i].low != keys[first].low) {
      first = i;
      continue;
    }
    Decision& decision = decisions[static_cast<size_t>(order[keys[i].place])];
    decision.reason = DropReason::kExactDuplicate;
    decision.match = order[keys[first].place];
    decision.similarity = 1;
  }
}

}  // namespace braid
