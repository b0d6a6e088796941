// An inverted index from shingles to evaluation texts.
#include "data/selection/leakage.h"

#include <algorithm>
#include <tuple>
#include <unordered_set>

#include "base/error.h"
#include "base/hash.h"
#include "data/selection/parallel.h"
#include "data/selection/text_units.h"

namespace braid {
namespace {

constexpr int64_t kBlock = 256;
constexpr size_t kCommon = 256;       // texts that share a shingle before it says nothing
constexpr size_t kMaxHits = 1 << 16;  // per prompt
constexpr size_t kMaxCompared = 32;   // per prompt
constexpr size_t kFilterBits = 1 << 22;

ShingleSet shingles(std::string_view text, const LeakageOptions& options, size_t max_seen_bytes) {
  const auto words = static_cast<size_t>(options.shingle_words);
  return shingles_of(WordText(text, max_seen_bytes), words, 0);
}

uint64_t hash_of(const ShingleSet& set) {
  return hash64({reinterpret_cast<const char*>(set.data()), set.size() * sizeof(uint64_t)});
}

}  // namespace

EvaluationIndex::EvaluationIndex(std::span<const std::string_view> texts,
                                 const LeakageOptions& options, size_t max_seen_bytes)
    : options_(options), max_seen_bytes_(max_seen_bytes), filter_(kFilterBits) {
  BRAID_ASSERT(texts.size() < UINT32_MAX);
  sets_.reserve(texts.size());
  std::unordered_set<uint64_t> distinct;
  for (size_t text = 0; text < texts.size(); ++text) {
    sets_.push_back(shingles(texts[text], options_, max_seen_bytes_));
    // A repeated text is found as its first occurrence, and must not make its shingles common.
    if (!distinct.insert(hash_of(sets_.back())).second) sets_.back().clear();
    for (const uint64_t shingle : sets_.back()) {
      postings_.push_back({shingle, static_cast<uint32_t>(text)});
      filter_[filter_bit(shingle)] = true;
    }
  }
  std::sort(postings_.begin(), postings_.end(), [](const Posting& a, const Posting& b) {
    return std::tie(a.shingle, a.text) < std::tie(b.shingle, b.text);
  });
}

std::vector<uint32_t> EvaluationIndex::likely_texts(const ShingleSet& prompt) const {
  std::vector<uint32_t> hits;
  for (const uint64_t shingle : prompt) {
    if (!filter_[filter_bit(shingle)]) continue;
    const auto [begin, end] =
        std::equal_range(postings_.begin(), postings_.end(), Posting{shingle, 0},
                         [](const Posting& a, const Posting& b) { return a.shingle < b.shingle; });
    const auto count = static_cast<size_t>(end - begin);
    if (count > kCommon || hits.size() + count > kMaxHits) continue;
    for (auto posting = begin; posting != end; ++posting) hits.push_back(posting->text);
  }
  std::sort(hits.begin(), hits.end());
  std::vector<std::pair<size_t, uint32_t>> by_count;
  for (size_t begin = 0, end = 0; begin < hits.size(); begin = end) {
    while (end < hits.size() && hits[end] == hits[begin]) ++end;
    by_count.emplace_back(end - begin, hits[begin]);
  }
  std::sort(by_count.begin(), by_count.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  if (by_count.size() > kMaxCompared) by_count.resize(kMaxCompared);
  std::vector<uint32_t> texts;
  for (const auto& [count, text] : by_count) texts.push_back(text);
  std::sort(texts.begin(), texts.end());
  return texts;
}

std::optional<EvaluationIndex::Leak> EvaluationIndex::find(std::string_view prompt) const {
  const ShingleSet own = shingles(prompt, options_, max_seen_bytes_);
  std::optional<Leak> best;
  for (const uint32_t text : likely_texts(own)) {
    const double share = containment(sets_[text], own);
    if (share < options_.threshold || (best && share <= best->containment)) continue;
    best = Leak{text, share};
  }
  return best;
}

void drop_leaks(std::span<const Candidate> candidates, std::span<const std::string_view> texts,
                const HygieneOptions& options, int threads, std::vector<Decision>& decisions) {
  if (texts.empty()) return;
  const EvaluationIndex index(texts, options.leakage, static_cast<size_t>(options.max_seen_bytes));
  const auto count = static_cast<int64_t>(candidates.size());
  for_blocks(count, kBlock, threads, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      if (!decisions[i].kept()) continue;
      const auto leak = index.find(candidates[i].prompt);
      if (!leak) continue;
      decisions[i].reason = DropReason::kEvaluationLeak;
      decisions[i].match = leak->text;
      decisions[i].similarity = leak->containment;
    }
  });
}

}  // namespace braid
