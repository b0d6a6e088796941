// The neutral record that selection works on, and what it decides about each.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace braid {

// One preference pair, or one demonstration. The views must outlive the call they are passed to.
// Texts are expected to be UTF-8; other bytes are harmless and count as U+FFFD.
struct Candidate {
  std::string_view prompt;
  std::string_view chosen;
  std::string_view rejected;
  double margin = 1.0;  // graded gap on the scale of its source; finite
  bool graded = true;   // false: the source says which answer is better, not by how much
  std::string_view source;
  std::string_view key;        // stable id of the prompt group
  bool demonstration = false;  // has no rejected answer
  bool held_out = false;       // does not train: hygiene applies, strategy and mixing do not
};

enum class DropReason : uint8_t {
  kKept,
  kEmptyPrompt,
  kEmptyAnswer,
  kPromptTooShort,
  kPromptTooLong,
  kAnswerTooLong,
  kControlCharacters,
  kEqualAnswers,
  kEvaluationLeak,
  kExactDuplicate,
  kNearDuplicate,
  kNotInBestFraction,  // of its cluster or source, by quality
  kNotDrawn,           // by a random or diversity-only choice
  kMixing,
};
inline constexpr size_t kDropReasons = 14;

std::string_view name_of(DropReason reason);  // "near duplicate"; for counts and reports

// The outcome for the candidate at the same index.
struct Decision {
  DropReason reason = DropReason::kKept;
  // A duplicate: index of the candidate that stays for it. A leak: index of the evaluation text.
  int64_t match = -1;
  double similarity = 0;  // to `match`: Jaccard for duplicates, containment for leaks
  double quality = 0;
  int32_t cluster = -1;  // -1: not clustered (dropped before, or the strategy needs no clusters)
  float distance = 0;    // Euclidean, prompt embedding to the centre of its cluster
  // Place within its cluster or source as a share in [0, 1): kept at fraction f when rank < f.
  // 0 for candidates that no fraction applies to.
  double rank = 0;
  double weight = 1;  // of a kept pair in the loss, from mixing

  bool kept() const { return reason == DropReason::kKept; }
};

// 64 bits of prompt, answers and source: the tie-breaker wherever order must not matter.
uint64_t content_hash(const Candidate& candidate, uint64_t seed);

using ReasonCounts = std::array<int64_t, kDropReasons>;
ReasonCounts count_reasons(const std::vector<Decision>& decisions);

}  // namespace braid
