// Table and files of an evaluation.
#include "trainer/evaluation_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "trainer/evaluation/pair_file.h"
#include "trainer/evaluation/task_report.h"
#include "trainer/text_table.h"

namespace braid {
namespace {

using Row = std::vector<std::string>;

std::string percent(const PairShare& share) {
  return fmt::format("{:.1f} % [{:.1f}, {:.1f}]", 100 * share.value, 100 * share.low,
                     100 * share.high);
}

Row row_of(const std::string& name, const PreferenceSummary& numbers) {
  return {name,
          std::to_string(numbers.pairs),
          fmt::format("{:.4f}", numbers.loss),
          fmt::format("{:.4f}", numbers.chosen_reward),
          fmt::format("{:.4f}", numbers.rejected_reward),
          fmt::format("{:.4f}", numbers.margin),
          percent(numbers.accuracy),
          percent(numbers.logp_accuracy)};
}

// One row; with several sources also one for each and their macro average.
void add_rows(const PolicyEvaluation& policy, std::vector<Row>& rows) {
  const PreferenceEvaluation& result = policy.result;
  rows.push_back(row_of(policy.policy, result.all));
  if (result.sources.size() < 2) return;
  for (const auto& [source, numbers] : result.sources) {
    rows.push_back(row_of("  " + source, numbers));
  }
  rows.push_back({"  mean of sources", "", "", "", "", "",
                  fmt::format("{:.1f} %", 100 * result.macro_accuracy()),
                  fmt::format("{:.1f} %", 100 * result.macro_logp_accuracy())});
}

Row row_of(const std::string& name, const PairDifference& numbers) {
  return {name,
          std::to_string(numbers.pairs),
          "",
          "",
          "",
          "",
          difference_text(numbers.accuracy.difference),
          difference_text(numbers.logp_accuracy.difference)};
}

void add_rows(const PairDifferences& difference, std::vector<Row>& rows) {
  rows.push_back(row_of("difference", difference.all));
  if (difference.sources.size() < 2) return;
  for (const auto& [source, numbers] : difference.sources) {
    rows.push_back(row_of("  " + source, numbers));
  }
}

Json json_of(const PairDifference& numbers) {
  return {{"pairs", numbers.pairs},
          {"eval_rewards/accuracies", estimate_json(numbers.accuracy.difference)},
          {"eval_logps/accuracies", estimate_json(numbers.logp_accuracy.difference)}};
}

Json json_of(const PairDifferences& difference) {
  Json entry = json_of(difference.all);
  for (const auto& [source, numbers] : difference.sources) {
    entry["sources"][source] = json_of(numbers);
  }
  return entry;
}

std::vector<PairVerdict> verdicts_of(const PreferenceEvaluation& evaluation) {
  std::vector<PairVerdict> verdicts;
  for (const PairResult& pair : evaluation.pairs) verdicts.push_back(verdict_of(pair));
  return verdicts;
}

Json json_of(const PreferenceSummary& numbers) {
  Json entry = {{"pairs", numbers.pairs}};
  for (const auto& [name, value] : numbers.metrics()) entry[name] = value;
  const auto interval = [](const PairShare& share) { return Json{share.low, share.high}; };
  entry["eval_rewards/accuracies_95"] = interval(numbers.accuracy);
  entry["eval_logps/accuracies_95"] = interval(numbers.logp_accuracy);
  return entry;
}

Json json_of(const PolicyEvaluation& policy) {
  const PreferenceEvaluation& result = policy.result;
  Json entry = {
      {"policy", policy.policy}, {"adapter", policy.adapter}, {"fingerprint", policy.fingerprint}};
  entry.update(json_of(result.all));
  entry["macro"] = {{"eval_rewards/accuracies", result.macro_accuracy()},
                    {"eval_logps/accuracies", result.macro_logp_accuracy()}};
  for (const auto& [source, numbers] : result.sources) entry["sources"][source] = json_of(numbers);
  entry["eval_runtime"] = policy.seconds;
  const auto count = static_cast<double>(result.all.pairs);
  entry["eval_samples_per_second"] = policy.seconds > 0 ? count / policy.seconds : 0.0;
  return entry;
}

}  // namespace

std::optional<PairDifferences> policy_difference(const std::vector<PolicyEvaluation>& policies,
                                                 uint64_t seed) {
  if (policies.size() != 2) return std::nullopt;
  BootstrapOptions options;
  options.seed = seed;
  return compare_verdicts(verdicts_of(policies[0].result), verdicts_of(policies[1].result),
                          options);
}

std::string evaluation_table(const std::vector<PolicyEvaluation>& policies,
                             const std::optional<PairDifferences>& difference) {
  std::vector<Row> rows = {{"policy", "pairs", "loss", "reward chosen", "reward rejected", "margin",
                            "accuracy [95 %]", "logp accuracy [95 %]"}};
  for (const PolicyEvaluation& policy : policies) add_rows(policy, rows);
  if (difference) add_rows(*difference, rows);
  return align_columns(rows, 1);
}

void write_evaluation(const std::filesystem::path& directory, const Json& context,
                      const std::vector<PolicyEvaluation>& policies,
                      const std::optional<PairDifferences>& difference) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) fail("{}: cannot create: {}", directory.string(), error.message());
  Json document = context;
  document["policies"] = Json::array();
  for (const PolicyEvaluation& policy : policies) {
    document["policies"].push_back(json_of(policy));
    write_pair_results(pair_file(directory, policy.policy), policy.result);
  }
  if (difference) document["differences"] = json_of(*difference);
  write_file_atomic(directory / "evaluation.json",
                    document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace braid
