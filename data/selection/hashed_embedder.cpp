// Signed feature hashing of word and character n-grams.
#include "data/selection/hashed_embedder.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>

#include "base/error.h"
#include "base/hash.h"
#include "data/selection/parallel.h"
#include "data/selection/text_units.h"

namespace braid {
namespace {

constexpr int64_t kBlock = 128;     // texts that a thread takes at a time
constexpr int kSlotBits = 20;       // of the document frequencies
constexpr uint64_t kWordSeed = 11;  // keep "the" the word apart from "the" the three characters
constexpr uint64_t kCharacterSeed = 12;

using Features = std::vector<uint64_t>;  // sorted hashes, repeated as often as they occur
using Frequencies = std::vector<std::atomic<uint32_t>>;

size_t slot_of(uint64_t feature) { return feature >> (64 - kSlotBits); }

Features word_features(const WordText& text) {
  Features features;
  const size_t count = text.word_count();
  features.reserve(2 * count);
  for (size_t i = 0; i < count; ++i) {
    features.push_back(hash64(text.words(i, 1), kWordSeed));
    if (i + 1 < count) features.push_back(hash64(text.words(i, 2), kWordSeed));
  }
  std::sort(features.begin(), features.end());
  return features;
}

Features character_features(const WordText& text) {
  Features features;
  for (const size_t n : {size_t{3}, size_t{4}}) {
    text.visit_character_ngrams(
        n, [&](std::string_view gram) { features.push_back(hash64(gram, kCharacterSeed)); });
  }
  std::sort(features.begin(), features.end());
  return features;
}

// Calls visit(feature, count) for each distinct feature.
template <typename Visit>
void visit_counts(const Features& features, Visit visit) {
  for (size_t begin = 0, end = 0; begin < features.size(); begin = end) {
    while (end < features.size() && features[end] == features[begin]) ++end;
    visit(features[begin], end - begin);
  }
}

void count_texts(const Features& features, Frequencies& frequencies) {
  visit_counts(features, [&](uint64_t feature, size_t) {
    frequencies[slot_of(feature)].fetch_add(1, std::memory_order_relaxed);
  });
}

std::vector<float> idf_of(const Frequencies& frequencies, size_t texts) {
  std::vector<float> idf(frequencies.size());
  for (size_t slot = 0; slot < idf.size(); ++slot) {
    // Several features of one text may share a slot, hence the minimum.
    const size_t count = std::min<size_t>(frequencies[slot].load(), texts);
    const double ratio = static_cast<double>(1 + texts) / static_cast<double>(1 + count);
    idf[slot] = static_cast<float>(std::log(ratio) + 1);
  }
  return idf;
}

// Adds the vector of the features, scaled to length `share`, to `sum`.
void add_block(const Features& features, const std::vector<float>& idf, double share,
               std::vector<double>& sum) {
  std::vector<double> block(sum.size());
  visit_counts(features, [&](uint64_t feature, size_t count) {
    double weight = 1 + std::log(static_cast<double>(count));
    if (!idf.empty()) weight *= idf[slot_of(feature)];
    const size_t dimension = ((feature >> 32) * sum.size()) >> 32;
    block[dimension] += (feature & 1) != 0 ? weight : -weight;
  });
  double squares = 0;
  for (const double value : block) squares += value * value;
  if (squares == 0) return;
  const double scale = share / std::sqrt(squares);
  for (size_t i = 0; i < sum.size(); ++i) sum[i] += scale * block[i];
}

void normalise_into(const std::vector<double>& sum, std::span<float> row) {
  double squares = 0;
  for (const double value : sum) squares += value * value;
  const double scale = squares > 0 ? 1 / std::sqrt(squares) : 0;
  for (size_t i = 0; i < row.size(); ++i) row[i] = static_cast<float>(scale * sum[i]);
}

}  // namespace

std::vector<std::string> problems_of(const HashedEmbedderOptions& options, const std::string& key) {
  std::vector<std::string> problems;
  if (options.dimensions < 8 || options.dimensions > 4096) {
    problems.push_back(
        fmt::format("{}.dimensions: {} is not in [8, 4096]", key, options.dimensions));
  }
  if (!(options.word_share >= 0 && options.word_share <= 1)) {
    problems.push_back(fmt::format("{}.word_share: {} is not in [0, 1]", key, options.word_share));
  }
  if (options.max_seen_bytes < 256 || options.max_seen_bytes > (1 << 24)) {
    problems.push_back(fmt::format("{}.max_seen_bytes: {} is not in [256, 16777216]", key,
                                   options.max_seen_bytes));
  }
  return problems;
}

HashedEmbedder::HashedEmbedder(const HashedEmbedderOptions& options) : options_(options) {
  BRAID_ASSERT(problems_of(options, "").empty());
}

Matrix HashedEmbedder::embed(std::span<const std::string_view> texts) const {
  const auto seen = static_cast<size_t>(options_.max_seen_bytes);
  const auto count = static_cast<int64_t>(texts.size());
  const auto for_texts = [&](auto work) {
    for_blocks(count, kBlock, options_.threads, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) work(i, WordText(texts[static_cast<size_t>(i)], seen));
    });
  };
  std::vector<float> idf;
  if (options_.idf) {
    Frequencies frequencies(size_t{1} << kSlotBits);
    for_texts([&](int64_t, const WordText& text) {
      count_texts(word_features(text), frequencies);
      count_texts(character_features(text), frequencies);
    });
    idf = idf_of(frequencies, texts.size());
  }
  Matrix embeddings(count, options_.dimensions);
  for_texts([&](int64_t i, const WordText& text) {
    std::vector<double> sum(static_cast<size_t>(options_.dimensions));
    add_block(word_features(text), idf, options_.word_share, sum);
    add_block(character_features(text), idf, 1 - options_.word_share, sum);
    normalise_into(sum, embeddings.row(i));
  });
  return embeddings;
}

}  // namespace braid
