// Embeddings without a model: hashed word and character n-grams.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/selection/embedder.h"

namespace braid {

struct HashedEmbedderOptions {
  int64_t dimensions = 256;        // in [8, 4096]
  bool idf = true;                 // rare n-grams weigh more
  double word_share = 0.5;         // of words against characters, in [0, 1]
  int64_t max_seen_bytes = 32768;  // first and last half of that per text
  int threads = 0;                 // 0: one per core
};

std::vector<std::string> problems_of(const HashedEmbedderOptions& options, const std::string& key);

// Features of a text: words and pairs of neighbouring words; characters in runs of 3 and 4 inside
// " word ". Each distinct feature of count t weighs (1 + ln t) * idf, with
// idf = ln((1 + n)/(1 + d)) + 1 for a feature in d of n texts (counted in 2^20 hashed slots), and
// is added with the sign of one hash bit to the dimension that the hash picks. The word vector and
// the character vector are each scaled to length 1, mixed by `word_share`, and the sum to length 1.
// About 0.1 ms per 100 words, and two passes with idf.
class HashedEmbedder : public PromptEmbedder {
 public:
  explicit HashedEmbedder(const HashedEmbedderOptions& options);  // options without problems
  Matrix embed(std::span<const std::string_view> texts) const override;

 private:
  HashedEmbedderOptions options_;
};

}  // namespace braid
