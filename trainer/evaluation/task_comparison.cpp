#include "trainer/evaluation/task_comparison.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "trainer/evaluation/item_file.h"
#include "trainer/evaluation/matching.h"
#include "trainer/evaluation/stored_file.h"
#include "trainer/text_table.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

std::optional<fs::path> find_stored(const fs::path& directory, const std::string& task) {
  return last_policy_file(
      [&](const std::string& policy) { return item_file(directory, task, policy); });
}

fs::path stored_file(const fs::path& directory, const std::string& task) {
  if (const auto path = find_stored(directory, task)) return *path;
  fail("{}: no items of the task {}; name the directory evaluation/ of a run that measured it",
       directory.string(), quote(task));
}

std::vector<std::string_view> ids_of(const std::vector<ScoredItem>& items) {
  std::vector<std::string_view> ids;
  for (const ScoredItem& item : items) ids.push_back(item.item->id);
  return ids;
}

// Items that both have, in one order.
struct Matched {
  ScoredItems other, own;
  Matches matches;
};

Matched match(const StoredItems& stored, const std::vector<ScoredItem>& own, const fs::path& path) {
  Matched matched{{}, {}, match_names(ids_of(stored.scored), ids_of(own))};
  for (const auto& [there, here] : matched.matches.places) {
    const ScoredItem &other = stored.scored[there], &item = own[here];
    if (other.options.size() != item.options.size()) {
      fail("{}: item {} has {} options there and {} here", path.string(), quote(item.item->id),
           other.options.size(), item.options.size());
    }
    matched.other.push_back(&other);
    matched.own.push_back(&item);
  }
  if (matched.own.empty()) fail("{}: no item in common", path.string());
  return matched;
}

}  // namespace

bool has_stored_tasks(const fs::path& other, const std::vector<TaskSuite::Entry>& entries) {
  return std::ranges::any_of(entries, [&](const TaskSuite::Entry& entry) {
    return find_stored(other, entry.task.name).has_value();
  });
}

void require_stored_tasks(const fs::path& other, const std::vector<TaskSuite::Entry>& entries) {
  for (const TaskSuite::Entry& entry : entries) stored_file(other, entry.task.name);
}

ComparisonPart compare_tasks(const fs::path& other, const std::string& policy,
                             const std::vector<TaskOutcome>& outcomes, uint64_t seed) {
  std::vector<std::vector<std::string>> table = {
      {"task", "number", "there", policy + " here", "difference"}};
  Json tasks = Json::array();
  BootstrapOptions options;
  options.seed = seed;
  for (const TaskOutcome& outcome : outcomes) {
    const Task& task = outcome.entry->task;
    const fs::path path = stored_file(other, task.name);
    const StoredItems stored = read_stored_items(path);
    const Matched matched = match(stored, outcome.scores.back().items, path);
    Json entry = {{"task", task.name},
                  {"file", path.string()},
                  {"items", matched.own.size()},
                  {"only_there", matched.matches.only_first},
                  {"only_here", matched.matches.only_second}};
    for (const MetricSpec& metric : task.metrics) {
      const Estimate there = bootstrap(metric, matched.other, options);
      const Estimate here = bootstrap(metric, matched.own, options);
      const Estimate difference = paired_bootstrap(metric, matched.other, matched.own, options);
      table.push_back({fmt::format("{} ({})", task.name, matched.own.size()), metric.name,
                       estimate_text(there), estimate_text(here), estimate_text(difference)});
      entry["metrics"][metric.name] = {{"there", estimate_json(there)},
                                       {"here", estimate_json(here)},
                                       {"difference", estimate_json(difference)}};
    }
    tasks.push_back(std::move(entry));
  }
  return {align_columns(table, 2), std::move(tasks)};
}

}  // namespace braid
