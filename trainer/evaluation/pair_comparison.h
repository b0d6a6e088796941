// Held-out pairs of this run against those of another one.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "trainer/evaluation/matching.h"
#include "trainer/evaluation/pair_file.h"
#include "trainer/evaluation/task_comparison.h"

namespace braid {

// The file of pairs in `other`: of its adapter, or of the base when it has none.
std::optional<std::filesystem::path> find_stored_pairs(const std::filesystem::path& other);

// Reads and matches before anything is computed: its errors are told before hours are spent.
class PairComparison {
 public:
  // `pairs` are those of this run. Errors: those of read_stored_pairs; no pair in common.
  PairComparison(const std::filesystem::path& path, const std::vector<EncodedGroup>& pairs);

  // `own` are the results of these pairs, in order. How often the chosen answer is preferred there
  // and here, and the difference with its interval, of all pairs and by source.
  ComparisonPart compare(const std::string& policy, const PreferenceEvaluation& own,
                         uint64_t seed) const;

 private:
  std::string path_;
  StoredPairs stored_;
  Matches matches_;
};

}  // namespace braid
