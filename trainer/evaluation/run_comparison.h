// This run's evaluation against that of another one: pair by pair and item by item.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "trainer/evaluation/pair_comparison.h"

namespace braid {

class RunComparison {
 public:
  // `other` is the directory evaluation/ of another run, `own` that of this one. `pairs` may be
  // empty and `tasks` null. Pairs that are not stored there are left out, and so are tasks when
  // none of them is; says which. Errors: none of both is there; a part of the tasks is missing;
  // both directories are the same; those of PairComparison.
  RunComparison(const std::filesystem::path& other, const std::filesystem::path& own,
                const std::vector<EncodedGroup>& pairs, const TaskSuite* tasks);

  // Tables, which comparison.json in `own` has too. `pairs` and `outcomes` are those of this run's
  // last policy.
  std::string report(const std::string& policy, const PreferenceEvaluation* pairs,
                     const std::vector<TaskOutcome>& outcomes, uint64_t seed) const;

 private:
  std::filesystem::path other_, own_;
  std::optional<PairComparison> pairs_;
  bool tasks_ = false;
};

}  // namespace braid
