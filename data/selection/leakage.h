// Prompts that contain an evaluation text, exactly or nearly.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "data/selection/candidate.h"
#include "data/selection/hygiene.h"
#include "data/selection/shingles.h"

namespace braid {

// Finds the evaluation texts inside a prompt. Immutable after construction, for use from any
// thread.
class EvaluationIndex {
 public:
  // Texts without words are never found. Takes about 24 bytes per shingle of the texts.
  EvaluationIndex(std::span<const std::string_view> texts, const LeakageOptions& options,
                  size_t max_seen_bytes);

  struct Leak {
    int64_t text;        // index into the texts
    double containment;  // share of its shingles that the prompt has
  };
  // The evaluation text whose containment in the prompt is largest and reaches the threshold (ties:
  // the first). Bounded work: a shingle that over 256 texts share points to none of them, and at
  // most 32 texts are compared, those with most shingles in common first.
  std::optional<Leak> find(std::string_view prompt) const;

 private:
  struct Posting {
    uint64_t shingle;
    uint32_t text;
  };
  std::vector<uint32_t> likely_texts(const ShingleSet& prompt) const;
  size_t filter_bit(uint64_t shingle) const { return shingle >> 42; }

  LeakageOptions options_;
  size_t max_seen_bytes_;
  std::vector<ShingleSet> sets_;   // per text
  std::vector<Posting> postings_;  // sorted
  std::vector<bool> filter_;       // whether some posting has these leading bits
};

// Marks kept candidates whose prompt leaks an evaluation text.
void drop_leaks(std::span<const Candidate> candidates, std::span<const std::string_view> texts,
                const HygieneOptions& options, int threads, std::vector<Decision>& decisions);

}  // namespace braid
