// Table and files of an evaluation.
#include "trainer/evaluation_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "trainer/text_table.h"

namespace braid {
namespace {

using Row = std::vector<std::string>;

std::string percent(double share, double low, double high) {
  return fmt::format("{:.1f} % [{:.1f}, {:.1f}]", 100 * share, 100 * low, 100 * high);
}

Row row_of(const PolicyEvaluation& policy) {
  const PreferenceEvaluation& r = policy.result;
  return {policy.policy,
          std::to_string(r.pairs.size()),
          fmt::format("{:.4f}", r.loss),
          fmt::format("{:.4f}", r.chosen_reward),
          fmt::format("{:.4f}", r.rejected_reward),
          fmt::format("{:.4f}", r.margin),
          percent(r.accuracy, r.accuracy_low, r.accuracy_high),
          percent(r.logp_accuracy, r.logp_accuracy_low, r.logp_accuracy_high)};
}

Json json_of(const PolicyEvaluation& policy) {
  Json entry = {{"policy", policy.policy},
                {"adapter", policy.adapter},
                {"fingerprint", policy.fingerprint},
                {"pairs", policy.result.pairs.size()}};
  for (const auto& [name, value] : policy.result.metrics()) entry[name] = value;
  const PreferenceEvaluation& r = policy.result;
  entry["eval_rewards/accuracies_95"] = {r.accuracy_low, r.accuracy_high};
  entry["eval_logps/accuracies_95"] = {r.logp_accuracy_low, r.logp_accuracy_high};
  entry["eval_runtime"] = policy.seconds;
  const auto count = static_cast<double>(r.pairs.size());
  entry["eval_samples_per_second"] = policy.seconds > 0 ? count / policy.seconds : 0.0;
  return entry;
}

}  // namespace

std::string evaluation_table(const std::vector<PolicyEvaluation>& policies) {
  std::vector<Row> rows = {{"policy", "pairs", "loss", "reward chosen", "reward rejected", "margin",
                            "accuracy [95 %]", "logp accuracy [95 %]"}};
  for (const PolicyEvaluation& policy : policies) rows.push_back(row_of(policy));
  return align_columns(rows, 1);
}

void write_evaluation(const std::filesystem::path& directory, const Json& context,
                      const std::vector<PolicyEvaluation>& policies) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) fail("{}: cannot create: {}", directory.string(), error.message());
  Json document = context;
  document["policies"] = Json::array();
  for (const PolicyEvaluation& policy : policies) {
    document["policies"].push_back(json_of(policy));
    write_pair_results(directory / fmt::format("pairs-{}.jsonl", policy.policy), policy.result);
  }
  write_file_atomic(directory / "evaluation.json",
                    document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace braid
