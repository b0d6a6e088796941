#include "trainer/evaluation/task_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "trainer/evaluation/item_file.h"
#include "trainer/progress.h"
#include "trainer/text_table.h"

namespace braid {
namespace {

Json number(double value) { return std::isnan(value) ? Json(nullptr) : Json(value); }

// The share of items on which the model chooses the same place: near 1 it does not look at them.
double most_common_choice(const std::vector<ScoredItem>& items) {
  std::map<size_t, int64_t> choices;
  for (const ScoredItem& item : items) ++choices[best_option(item, ScoreBy::kSum)];
  int64_t most = 0;
  for (const auto& [choice, count] : choices) most = std::max(most, count);
  return static_cast<double>(most) / static_cast<double>(items.size());
}

// Every value of a tag on its own, and the mean of these numbers.
Json subgroup_json(const MetricSpec& metric, const ScoredItems& items, const std::string& tag) {
  std::map<std::string, ScoredItems> parts;
  for (const ScoredItem* item : items) {
    const auto found = item->item->tags.find(tag);
    if (found != item->item->tags.end()) parts[found->second].push_back(item);
  }
  Json result = Json::object();
  double sum = 0, count = 0;
  for (const auto& [value, part] : parts) {
    const double own = metric.value(part);
    result[value] = {{"value", number(own)}, {"items", part.size()}};
    if (std::isnan(own)) continue;
    sum += own;
    ++count;
  }
  return {{"values", result}, {"macro_average", count > 0 ? Json(sum / count) : Json(nullptr)}};
}

class TaskReport {
 public:
  TaskReport(const std::filesystem::path& directory, const std::vector<std::string>& policies,
             uint64_t seed)
      : directory_(directory), policies_(policies) {
    options_.seed = seed;
    std::vector<std::string> header = {"task", "number"};
    header.insert(header.end(), policies.begin(), policies.end());
    if (policies.size() == 2) header.push_back("difference");
    table_.push_back(std::move(header));
  }

  Json add(const TaskOutcome& outcome);
  std::string table() const { return align_columns(table_, 2); }

 private:
  Json policy_json(const TaskOutcome& outcome, size_t policy,
                   const std::vector<Estimate>& estimates) const;

  const std::filesystem::path& directory_;
  const std::vector<std::string>& policies_;
  BootstrapOptions options_;
  std::vector<std::vector<std::string>> table_;
};

Json TaskReport::policy_json(const TaskOutcome& outcome, size_t policy,
                             const std::vector<Estimate>& estimates) const {
  const Task& task = outcome.entry->task;
  const TaskScores& scores = outcome.scores[policy];
  const ScoredItems items = pointers(scores.items);
  Json result = {{"policy", policies_[policy]},
                 {"seconds", scores.seconds},
                 {"items_per_second", static_cast<double>(items.size()) / scores.seconds}};
  if (scores.items[0].options.size() > 1) {
    result["most_common_choice"] = most_common_choice(scores.items);
  }
  for (size_t i = 0; i < task.metrics.size(); ++i) {
    const MetricSpec& metric = task.metrics[i];
    Json entry = estimate_json(estimates[i]);
    for (const std::string& tag : task.subgroups) {
      entry["by"][tag] = subgroup_json(metric, items, tag);
    }
    result["metrics"][metric.name] = std::move(entry);
  }
  return result;
}

Json TaskReport::add(const TaskOutcome& outcome) {
  const Task& task = outcome.entry->task;
  Json result = {{"task", task.name},
                 {"rows", outcome.entry->report.rows},
                 {"items", outcome.entry->report.items},
                 {"skipped", outcome.entry->report.skipped},
                 {"tokens", outcome.entry->tokens()},
                 {"definition", task.definition},
                 {"policies", Json::array()}};
  std::vector<ScoredItems> items;  // per policy
  std::vector<std::vector<Estimate>> estimates;
  for (size_t i = 0; i < policies_.size(); ++i) {
    items.push_back(pointers(outcome.scores[i].items));
    estimates.emplace_back();
    for (const MetricSpec& metric : task.metrics) {
      estimates[i].push_back(bootstrap(metric, items[i], options_));
    }
    result["policies"].push_back(policy_json(outcome, i, estimates[i]));
    write_items(item_file(directory_, task.name, policies_[i]), outcome.scores[i].items);
  }
  for (size_t m = 0; m < task.metrics.size(); ++m) {
    const MetricSpec& metric = task.metrics[m];
    std::vector<std::string> line = {fmt::format("{} ({})", task.name, outcome.entry->report.items),
                                     metric.name};
    for (const auto& of_policy : estimates) line.push_back(estimate_text(of_policy[m]));
    if (items.size() == 2) {
      const Estimate difference = paired_bootstrap(metric, items[0], items[1], options_);
      line.push_back(estimate_text(difference));
      result["differences"][metric.name] = estimate_json(difference);
    }
    table_.push_back(std::move(line));
  }
  return result;
}

// A model that chooses one place nearly always does not look at the items; on items whose right
// options are elsewhere that is no skill.
void warn_of_blind_choices(const TaskOutcome& outcome, const std::vector<std::string>& policies) {
  constexpr double kNearlyAlways = 0.95;
  for (size_t i = 0; i < policies.size(); ++i) {
    const auto& items = outcome.scores[i].items;
    if (items.size() < 20 || items[0].options.size() < 2 || items[0].item->gold.empty()) continue;
    const double share = most_common_choice(items);
    if (share < kNearlyAlways) continue;
    say(fmt::format(
        "warning: {} {}: the same place is chosen in {:.0f} % of the items; its bias says "
        "nothing",
        outcome.entry->task.name, policies[i], 100 * share));
  }
}

}  // namespace

Json estimate_json(const Estimate& estimate) {
  return {{"value", number(estimate.value)},
          {"low", number(estimate.low)},
          {"high", number(estimate.high)}};
}

std::string estimate_text(const Estimate& estimate) {
  if (std::isnan(estimate.value)) return "-";
  const double size = std::abs(estimate.value);
  const auto print = [&](double value) {
    return size >= 100 ? fmt::format("{:.1f}", value) : fmt::format("{:.3f}", value);
  };
  if (std::isnan(estimate.low)) return print(estimate.value);
  return fmt::format("{} [{}, {}]", print(estimate.value), print(estimate.low),
                     print(estimate.high));
}

std::string report_tasks(const std::filesystem::path& directory, const Json& context,
                         const std::vector<std::string>& policies,
                         const std::vector<TaskOutcome>& outcomes, uint64_t seed) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) fail("{}: cannot create: {}", directory.string(), error.message());
  TaskReport report(directory, policies, seed);
  Json document = context;
  document["tasks"] = Json::array();
  for (const TaskOutcome& outcome : outcomes) {
    warn_of_blind_choices(outcome, policies);
    document["tasks"].push_back(report.add(outcome));
  }
  write_file_atomic(directory / "tasks.json",
                    document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  return report.table();
}

}  // namespace braid
