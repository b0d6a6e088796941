// The checks of one record, and the order in which all checks run.
#include "data/selection/hygiene.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <tuple>

#include "base/error.h"
#include "data/selection/duplicates.h"
#include "data/selection/leakage.h"
#include "data/selection/parallel.h"
#include "data/selection/text_units.h"

namespace braid {
namespace {

constexpr int64_t kBlock = 256;  // records that a thread takes at a time

bool exceeds(int64_t count, int64_t limit) { return limit > 0 && count > limit; }

DropReason check_alone(const Candidate& candidate, const TextLimits& limits) {
  const TextCounts prompt = count_text(candidate.prompt);
  const TextCounts chosen = count_text(candidate.chosen);
  const TextCounts rejected = count_text(candidate.rejected);
  if (prompt.blank) return DropReason::kEmptyPrompt;
  if (chosen.blank || (rejected.blank && !candidate.demonstration)) return DropReason::kEmptyAnswer;
  if (prompt.characters < limits.min_prompt) return DropReason::kPromptTooShort;
  if (exceeds(prompt.characters, limits.max_prompt)) return DropReason::kPromptTooLong;
  if (exceeds(std::max(chosen.characters, rejected.characters), limits.max_answer)) {
    return DropReason::kAnswerTooLong;
  }
  if (prompt.controls + chosen.controls + rejected.controls > limits.max_controls) {
    return DropReason::kControlCharacters;
  }
  const bool equal = !candidate.demonstration && normalise_whitespace(candidate.chosen) ==
                                                     normalise_whitespace(candidate.rejected);
  return equal ? DropReason::kEqualAnswers : DropReason::kKept;
}

}  // namespace

std::vector<std::string> problems_of(const HygieneOptions& options, const std::string& key) {
  std::vector<std::string> problems;
  const auto require = [&](bool holds, const char* name, auto value, const char* valid) {
    if (!holds) problems.push_back(fmt::format("{}.{}: {} {}", key, name, value, valid));
  };
  const TextLimits& limits = options.limits;
  require(limits.min_prompt >= 0, "min_prompt", limits.min_prompt, "is negative");
  require(limits.max_prompt >= 0, "max_prompt", limits.max_prompt, "is negative; 0 means no limit");
  require(limits.max_answer >= 0, "max_answer", limits.max_answer, "is negative; 0 means no limit");
  require(limits.max_controls >= 0, "max_controls", limits.max_controls, "is negative");
  const NearDuplicateOptions& near = options.near_duplicates;
  require(near.threshold > 0 && near.threshold <= 1, "near_duplicates.threshold", near.threshold,
          "is not in (0, 1]");
  require(near.shingle_words > 0 && near.shingle_words <= 100, "near_duplicates.shingle_words",
          near.shingle_words, "is not in [1, 100]");
  require(near.signature >= 16 && near.signature <= 1024, "near_duplicates.signature",
          near.signature, "is not in [16, 1024]");
  const LeakageOptions& leakage = options.leakage;
  require(leakage.threshold > 0 && leakage.threshold <= 1, "leakage.threshold", leakage.threshold,
          "is not in (0, 1]");
  require(leakage.shingle_words > 0 && leakage.shingle_words <= 100, "leakage.shingle_words",
          leakage.shingle_words, "is not in [1, 100]");
  require(options.max_seen_bytes >= 256 && options.max_seen_bytes <= (1 << 24), "max_seen_bytes",
          options.max_seen_bytes, "is not in [256, 16777216]");
  return problems;
}

std::vector<int64_t> order_of_preference(std::span<const Candidate> candidates, uint64_t seed) {
  std::vector<uint64_t> hashes(candidates.size());
  for (size_t i = 0; i < hashes.size(); ++i) hashes[i] = content_hash(candidates[i], seed);
  std::vector<int64_t> order(candidates.size());
  std::iota(order.begin(), order.end(), int64_t{0});
  std::sort(order.begin(), order.end(), [&](int64_t i, int64_t j) {
    const auto a = static_cast<size_t>(i), b = static_cast<size_t>(j);
    const Candidate &x = candidates[a], &y = candidates[b];
    // The last part only orders candidates with equal content, whose choice nobody can see.
    return std::tuple(!x.graded, -x.margin, hashes[a], x.key, i) <
           std::tuple(!y.graded, -y.margin, hashes[b], y.key, j);
  });
  return order;
}

void apply_hygiene(std::span<const Candidate> candidates,
                   std::span<const std::string_view> evaluation_texts,
                   const HygieneOptions& options, uint64_t seed, int threads,
                   std::vector<Decision>& decisions) {
  BRAID_ASSERT(decisions.size() == candidates.size());
  const auto count = static_cast<int64_t>(candidates.size());
  for_blocks(count, kBlock, threads, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      decisions[i].reason = check_alone(candidates[i], options.limits);
    }
  });
  drop_leaks(candidates, evaluation_texts, options, threads, decisions);
  if (!options.exact_duplicates && !options.near_duplicates.enabled) return;
  const auto order = order_of_preference(candidates, seed);
  if (options.exact_duplicates) drop_exact_duplicates(candidates, order, threads, decisions);
  if (options.near_duplicates.enabled) {
    drop_near_duplicates(candidates, order, options, seed, threads, decisions);
  }
}

}  // namespace braid
