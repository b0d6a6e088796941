// Records that no training should see: broken, empty, repeated, or taken from an evaluation set.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/selection/candidate.h"

namespace braid {

struct TextLimits {  // in characters (code points); 0: no limit
  int64_t min_prompt = 1;
  int64_t max_prompt = 100000;
  int64_t max_answer = 100000;
  int64_t max_controls = 0;  // control characters in all three texts together
};

// Which texts must be alike for two candidates to be near duplicates.
enum class DuplicateScope {
  kPair,    // prompt, chosen and rejected, each on its own
  kPrompt,  // the prompts; candidates with the same key are one prompt and no duplicates
};

struct NearDuplicateOptions {
  bool enabled = true;
  DuplicateScope scope = DuplicateScope::kPair;
  double threshold = 0.8;     // Jaccard similarity of word shingles, in (0, 1]
  int64_t shingle_words = 5;  // positive
  int64_t signature = 128;    // MinHash functions, in [16, 1024]
};

struct LeakageOptions {
  double threshold = 0.8;     // share of an evaluation text's shingles found in a prompt, in (0, 1]
  int64_t shingle_words = 8;  // shorter evaluation texts match whole prompts only
};

struct HygieneOptions {
  TextLimits limits;
  bool exact_duplicates = true;
  NearDuplicateOptions near_duplicates;
  LeakageOptions leakage;
  // Shingles and n-grams see this much of a text: its first and last half of that.
  int64_t max_seen_bytes = 32768;
};

// Every rule that the options break, as "key: value and what would be valid".
std::vector<std::string> problems_of(const HygieneOptions& options, const std::string& key);

// Judges the candidates in the order: each record alone, evaluation leaks, exact duplicates, near
// duplicates. Sets reason, match and similarity of those dropped; the others stay kept. Of
// duplicates the graded one stays, then the one with the larger margin, then the smaller content
// hash: never a matter of position. `decisions` has one entry per candidate, all kept.
void apply_hygiene(std::span<const Candidate> candidates,
                   std::span<const std::string_view> evaluation_texts,
                   const HygieneOptions& options, uint64_t seed, int threads,
                   std::vector<Decision>& decisions);

// Index permutation that puts the candidate to keep of any set of duplicates first.
std::vector<int64_t> order_of_preference(std::span<const Candidate> candidates, uint64_t seed);

}  // namespace braid
