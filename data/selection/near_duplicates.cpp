// Near duplicates: MinHash signatures, shared bands, then exact comparison.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>

#include "base/hash.h"
#include "base/stop.h"
#include "data/selection/duplicates.h"
#include "data/selection/minhash.h"
#include "data/selection/parallel.h"
#include "data/selection/text_units.h"

namespace braid {
namespace {

constexpr int64_t kBlock = 256;     // texts that a thread takes at a time
constexpr size_t kBucketSize = 64;  // kept members that a bucket remembers
constexpr size_t kExactComparisons = 16;
constexpr int32_t kAlone = -1;  // nobody else agrees in this band

using FieldSets = std::array<ShingleSet, 3>;  // prompt; chosen and rejected in pair scope

class NearDuplicates {
 public:
  NearDuplicates(std::span<const Candidate> candidates, std::vector<int64_t> members,
                 const HygieneOptions& options, uint64_t seed, int threads)
      : candidates_(candidates),
        members_(std::move(members)),
        options_(options.near_duplicates),
        seen_bytes_(static_cast<size_t>(options.max_seen_bytes)),
        signature_(static_cast<size_t>(options_.signature)),
        bands_(choose_bands(signature_, options_.threshold)) {
    sign(MinHash(signature_, seed), threads);
    find_buckets(threads);
  }

  void drop(std::vector<Decision>& decisions);

 private:
  struct Match {
    size_t place;  // in members_
    double similarity;
  };

  const Candidate& candidate(size_t place) const {
    return candidates_[static_cast<size_t>(members_[place])];
  }
  std::span<uint32_t> signature(size_t place) {
    return std::span(signatures_).subspan(place * signature_, signature_);
  }
  int32_t& bucket(size_t place, size_t band) { return bucket_of_[place * bands_.count + band]; }

  FieldSets field_sets(const Candidate& candidate) const;
  void sign(const MinHash& hash, int threads);
  void find_buckets(int threads);
  int32_t number_buckets(size_t band);
  std::vector<Match> likely_matches(size_t place);
  std::optional<Match> find_match(size_t place);

  std::span<const Candidate> candidates_;
  std::vector<int64_t> members_;  // indices of candidates, best first
  NearDuplicateOptions options_;
  size_t seen_bytes_;
  size_t signature_;
  Bands bands_;
  std::vector<uint32_t> signatures_;            // [members, signature]
  std::vector<int32_t> bucket_of_;              // [members, bands]
  std::vector<std::vector<uint32_t>> buckets_;  // places of kept members, best first
};

// The sets of the texts in scope, under a seed per field, so that their union is a disjoint one: if
// every field reaches the threshold, so does the union that the signature stands for.
FieldSets NearDuplicates::field_sets(const Candidate& candidate) const {
  const auto words = static_cast<size_t>(options_.shingle_words);
  const std::array texts = {candidate.prompt, candidate.chosen, candidate.rejected};
  FieldSets sets;
  const size_t fields = options_.scope == DuplicateScope::kPair ? 3 : 1;
  for (size_t field = 0; field < fields; ++field) {
    sets[field] = shingles_of(WordText(texts[field], seen_bytes_), words, field);
    // Texts of punctuation alone have no words: alike only if equal.
    if (sets[field].empty()) sets[field] = {hash64(normalise_whitespace(texts[field]), field)};
  }
  return sets;
}

void NearDuplicates::sign(const MinHash& hash, int threads) {
  signatures_.resize(members_.size() * signature_);
  const auto count = static_cast<int64_t>(members_.size());
  for_blocks(count, kBlock, threads, [&](int64_t begin, int64_t end) {
    for (auto place = static_cast<size_t>(begin); place < static_cast<size_t>(end); ++place) {
      FieldSets sets = field_sets(candidate(place));
      for (size_t field = 1; field < sets.size(); ++field) {
        sets[0].insert(sets[0].end(), sets[field].begin(), sets[field].end());
      }
      hash.sign(sets[0], signature(place));
    }
  });
}

// Gives the members that share a band with another one numbers from 0 per band; returns how many.
int32_t NearDuplicates::number_buckets(size_t band) {
  struct Entry {
    uint64_t hash;
    uint32_t place;
  };
  std::vector<Entry> entries(members_.size());
  for (size_t place = 0; place < entries.size(); ++place) {
    const auto rows = std::as_bytes(signature(place).subspan(band * bands_.rows, bands_.rows));
    const std::string_view bytes(reinterpret_cast<const char*>(rows.data()), rows.size());
    entries[place] = {hash64(bytes, band), static_cast<uint32_t>(place)};
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.hash < b.hash; });
  int32_t next = 0;
  for (size_t begin = 0, end = 0; begin < entries.size(); begin = end) {
    while (end < entries.size() && entries[end].hash == entries[begin].hash) ++end;
    if (end - begin == 1) continue;
    for (size_t i = begin; i < end; ++i) bucket(entries[i].place, band) = next;
    ++next;
  }
  return next;
}

void NearDuplicates::find_buckets(int threads) {
  bucket_of_.assign(members_.size() * bands_.count, kAlone);
  std::vector<int32_t> counts(bands_.count);
  for_blocks(static_cast<int64_t>(bands_.count), 1, threads, [&](int64_t band, int64_t) {
    counts[static_cast<size_t>(band)] = number_buckets(static_cast<size_t>(band));
  });
  int32_t offset = 0;
  for (size_t band = 0; band < bands_.count; ++band) {
    for (size_t place = 0; place < members_.size(); ++place) {
      if (bucket(place, band) != kAlone) bucket(place, band) += offset;
    }
    offset += counts[band];
  }
  buckets_.resize(static_cast<size_t>(offset));
}

// Kept members that share a band and whose signature comes close to the threshold, best first.
std::vector<NearDuplicates::Match> NearDuplicates::likely_matches(size_t place) {
  std::vector<uint32_t> places;
  for (size_t band = 0; band < bands_.count; ++band) {
    if (bucket(place, band) == kAlone) continue;
    const auto& members = buckets_[static_cast<size_t>(bucket(place, band))];
    places.insert(places.end(), members.begin(), members.end());
  }
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  // Three standard deviations of the estimate at the threshold.
  const double variance = options_.threshold * (1 - options_.threshold);
  const double slack = 3 * std::sqrt(variance / static_cast<double>(signature_));
  std::vector<Match> matches;
  for (const uint32_t other : places) {
    if (options_.scope == DuplicateScope::kPrompt && candidate(other).key == candidate(place).key) {
      continue;
    }
    const double estimate = estimated_jaccard(signature(place), signature(other));
    if (estimate >= options_.threshold - slack) matches.push_back({other, estimate});
  }
  std::stable_sort(matches.begin(), matches.end(),
                   [](const Match& a, const Match& b) { return a.similarity > b.similarity; });
  if (matches.size() > kExactComparisons) matches.resize(kExactComparisons);
  return matches;
}

std::optional<NearDuplicates::Match> NearDuplicates::find_match(size_t place) {
  const auto matches = likely_matches(place);
  if (matches.empty()) return std::nullopt;
  const FieldSets own = field_sets(candidate(place));
  for (const Match& match : matches) {
    const FieldSets other = field_sets(candidate(match.place));
    double similarity = 1;
    for (size_t field = 0; field < own.size(); ++field) {
      similarity = std::min(similarity, jaccard(own[field], other[field]));
    }
    if (similarity >= options_.threshold) return Match{match.place, similarity};
  }
  return std::nullopt;
}

void NearDuplicates::drop(std::vector<Decision>& decisions) {
  for (size_t place = 0; place < members_.size(); ++place) {
    check_stop();
    if (const auto match = find_match(place)) {
      Decision& decision = decisions[static_cast<size_t>(members_[place])];
      decision.reason = DropReason::kNearDuplicate;
      decision.match = members_[match->place];
      decision.similarity = match->similarity;
      continue;
    }
    for (size_t band = 0; band < bands_.count; ++band) {
      if (bucket(place, band) == kAlone) continue;
      auto& members = buckets_[static_cast<size_t>(bucket(place, band))];
      if (members.size() < kBucketSize) members.push_back(static_cast<uint32_t>(place));
    }
  }
}

}  // namespace

void drop_near_duplicates(std::span<const Candidate> candidates, std::span<const int64_t> order,
                          const HygieneOptions& options, uint64_t seed, int threads,
                          std::vector<Decision>& decisions) {
  std::vector<int64_t> members;
  for (const int64_t index : order) {
    if (decisions[static_cast<size_t>(index)].kept()) members.push_back(index);
  }
  NearDuplicates(candidates, std::move(members), options, seed, threads).drop(decisions);
}

}  // namespace braid
