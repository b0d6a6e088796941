#include "trainer/evaluation/pair_comparison.h"

#include <fmt/format.h>

#include "base/error.h"
#include "trainer/evaluation/stored_file.h"
#include "trainer/text_table.h"

namespace braid {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

void add_rows(const std::string& name, const PairDifference& pairs, Rows& rows) {
  const auto add = [&](const char* number, const ShareDifference& share) {
    rows.push_back({fmt::format("{} ({})", name, pairs.pairs), number, percent(share.first),
                    percent(share.second), difference_text(share.difference)});
  };
  add("accuracy", pairs.accuracy);
  add("logp accuracy", pairs.logp_accuracy);
}

Json json_of(const ShareDifference& share) {
  return {{"there", share.first},
          {"here", share.second},
          {"difference", estimate_json(share.difference)}};
}

void add_numbers(const PairDifference& pairs, Json& entry) {
  entry["pairs"] = pairs.pairs;
  entry["eval_rewards/accuracies"] = json_of(pairs.accuracy);
  entry["eval_logps/accuracies"] = json_of(pairs.logp_accuracy);
}

Matches match_pairs(const StoredPairs& stored, const std::vector<EncodedGroup>& pairs) {
  std::vector<std::string> own;
  for (const EncodedGroup& pair : pairs) own.push_back(identity_of(pair).name());
  return match_names({stored.names.begin(), stored.names.end()}, {own.begin(), own.end()});
}

}  // namespace

std::optional<std::filesystem::path> find_stored_pairs(const std::filesystem::path& other) {
  return last_policy_file([&](const std::string& policy) { return pair_file(other, policy); });
}

PairComparison::PairComparison(const std::filesystem::path& path,
                               const std::vector<EncodedGroup>& pairs)
    : path_(path.string()),
      stored_(read_stored_pairs(path)),
      matches_(match_pairs(stored_, pairs)) {
  if (matches_.places.empty()) {
    fail(
        "{}: none of its {} pairs is among the {} of this run; compare runs on the same data with "
        "the same tokenizer and chat template",
        path_, stored_.names.size(), pairs.size());
  }
}

ComparisonPart PairComparison::compare(const std::string& policy, const PreferenceEvaluation& own,
                                       uint64_t seed) const {
  BRAID_ASSERT(own.pairs.size() == matches_.places.size() + matches_.only_second);
  std::vector<PairVerdict> there, here;
  for (const auto& [stored, place] : matches_.places) {
    there.push_back(stored_.verdicts[stored]);
    here.push_back(verdict_of(own.pairs[place]));
  }
  BootstrapOptions options;
  options.seed = seed;
  const PairDifferences differences = compare_verdicts(there, here, options);
  Json entry = {
      {"file", path_}, {"only_there", matches_.only_first}, {"only_here", matches_.only_second}};
  add_numbers(differences.all, entry);
  Rows rows = {{"pairs", "number", "there", policy + " here", "difference"}};
  add_rows("all", differences.all, rows);
  for (const auto& [source, numbers] : differences.sources) {
    add_numbers(numbers, entry["sources"][source]);
    if (differences.sources.size() > 1) add_rows("  " + source, numbers, rows);
  }
  return {fmt::format("pairs: {} in both, {} only there, {} only here\n", matches_.places.size(),
                      matches_.only_first, matches_.only_second) +
              align_columns(rows, 2),
          std::move(entry)};
}

}  // namespace braid
