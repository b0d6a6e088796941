// Evaluations of several policies side by side: a table for people, files for programs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "trainer/evaluation/pair_difference.h"
#include "trainer/preference_evaluation.h"

namespace braid {

struct PolicyEvaluation {
  std::string policy;       // "base", "adapter": names the row and the file of pairs
  std::string adapter;      // path of its adapter; empty: none
  std::string fingerprint;  // of the adapter; "base" without one
  double seconds = 0;       // scoring time
  PreferenceEvaluation result;
};

// The second policy minus the first on the same pairs, when there are two.
std::optional<PairDifferences> policy_difference(const std::vector<PolicyEvaluation>& policies,
                                                 uint64_t seed);

// Aligned columns with a header line: a row per policy and, with several sources, one for each
// source and for the mean of their accuracies; then the difference in the same way, without such a
// mean. Ends with a newline.
std::string evaluation_table(const std::vector<PolicyEvaluation>& policies,
                             const std::optional<PairDifferences>& difference = {});

// evaluation.json and pairs-<policy>.jsonl in `directory`, which is created. `context` describes
// what was evaluated on (model, data, reference, loss) and goes first into evaluation.json.
void write_evaluation(const std::filesystem::path& directory, const Json& context,
                      const std::vector<PolicyEvaluation>& policies,
                      const std::optional<PairDifferences>& difference = {});

}  // namespace braid
