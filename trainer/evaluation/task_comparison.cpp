#include "trainer/evaluation/task_comparison.h"

#include <fmt/format.h>

#include <unordered_map>

#include "base/error.h"
#include "base/file.h"
#include "trainer/evaluation/item_file.h"
#include "trainer/text_table.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

// The file of the adapter, or else of the base.
fs::path stored_file(const fs::path& directory, const std::string& task) {
  for (const char* policy : {"adapter", "base"}) {
    const fs::path path = item_file(directory, task, policy);
    if (fs::exists(path)) return path;
  }
  fail("{}: no items of the task {}; name the directory evaluation/ of a run that measured it",
       directory.string(), quote(task));
}

// Items that both have, in one order.
struct Matched {
  ScoredItems other, own;
};

Matched match(const StoredItems& stored, const std::vector<ScoredItem>& own, const fs::path& path) {
  std::unordered_map<std::string_view, const ScoredItem*> by_id;
  for (const ScoredItem& item : stored.scored) by_id.emplace(item.item->id, &item);
  Matched matched;
  for (const ScoredItem& item : own) {
    const auto found = by_id.find(item.item->id);
    if (found == by_id.end()) continue;
    if (found->second->options.size() != item.options.size()) {
      fail("{}: item {} has {} options there and {} here", path.string(), quote(item.item->id),
           found->second->options.size(), item.options.size());
    }
    matched.other.push_back(found->second);
    matched.own.push_back(&item);
  }
  if (matched.own.empty()) fail("{}: no item in common", path.string());
  return matched;
}

}  // namespace

void require_stored_tasks(const fs::path& other, const std::vector<TaskSuite::Entry>& entries) {
  for (const TaskSuite::Entry& entry : entries) stored_file(other, entry.task.name);
}

std::string compare_tasks(const fs::path& directory, const fs::path& other,
                          const std::string& policy, const std::vector<TaskOutcome>& outcomes,
                          uint64_t seed) {
  std::vector<std::vector<std::string>> table = {
      {"task", "number", "there", policy + " here", "difference"}};
  Json document = {{"compared_with", other.string()}, {"tasks", Json::array()}};
  BootstrapOptions options;
  options.seed = seed;
  for (const TaskOutcome& outcome : outcomes) {
    const Task& task = outcome.entry->task;
    const fs::path path = stored_file(other, task.name);
    const StoredItems stored = read_stored_items(path);
    const Matched matched = match(stored, outcome.scores.back().items, path);
    Json entry = {{"task", task.name}, {"file", path.string()}, {"items", matched.own.size()}};
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
    document["tasks"].push_back(std::move(entry));
  }
  write_file_atomic(directory / "comparison.json", document.dump(2) + "\n");
  return align_columns(table, 2);
}

}  // namespace braid
