#include "trainer/study/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "base/error.h"
#include "data/tasks/task.h"
#include "trainer/evaluation/item_file.h"
#include "trainer/evaluation/task_suite.h"
#include "trainer/study/failure_signatures.h"
#include "trainer/study/held_out_pairs.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// The numbers in a tasks.json that holds one policy.
Numbers read_numbers(const fs::path& directory) {
  const fs::path path = directory / "tasks.json";
  const Json document = read_json_file(path);
  Numbers numbers;
  ObjectReader reader(document, path.string());
  for (ObjectReader& task : reader.objects("tasks")) {
    const std::string name = task.require_string("task");
    auto policies = task.objects("policies");
    if (policies.size() != 1) task.error("policies", "expected one policy");
    auto metrics = policies[0].object("metrics");
    if (!metrics) continue;
    for (const auto& [metric, entry] : policies[0].find("metrics")->items()) {
      if (!entry.is_object()) metrics->error(metric, "expected an object");
      ObjectReader values(entry, path.string(), metric);
      numbers[name + "/" + metric] = values.number("value", kNone);
    }
  }
  return numbers;
}

void read_selection(const fs::path& prepared, CellResult& result) {
  const Json summary = read_json_file(prepared / "summary.json");
  int64_t largest = 0;
  for (const Json& source : summary.at("sources")) {
    const auto pairs = source.at("pairs").at("train").get<int64_t>();
    result.train_pairs += pairs;
    largest = std::max(largest, pairs);
  }
  if (result.train_pairs > 0) {
    result.largest_source = static_cast<double>(largest) / static_cast<double>(result.train_pairs);
  }
}

CellResult read_cell(const Cell& cell) {
  const fs::path directory = evaluation_directory(cell);
  CellResult result{
      .cell = &cell, .pairs = read_held_out_pairs(directory), .numbers = read_numbers(directory)};
  read_selection(cell.prepared, result);
  result.chosen_log_ratio = chosen_log_ratio(pointers(result.pairs.scored));
  return result;
}

double number_of(const Numbers& numbers, const std::string& name) {
  const auto found = numbers.find(name);
  if (found != numbers.end()) return found->second;
  fail("{}: no task of the run gives this number", name);
}

template <typename Value>
GroupResult::Spread spread(const std::vector<const CellResult*>& cells, Value value) {
  GroupResult::Spread result{0, std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity()};
  for (const CellResult* cell : cells) {
    const double one = value(*cell);
    result.mean += one / static_cast<double>(cells.size());
    result.low = std::min(result.low, one);
    result.high = std::max(result.high, one);
  }
  return result;
}

ScoredItems pointers(const std::vector<StoredItems>& pooled) {
  ScoredItems items;
  for (const StoredItems& stored : pooled) {
    for (const ScoredItem& item : stored.scored) items.push_back(&item);
  }
  return items;
}

Estimate pooled_length_gap(const std::vector<const CellResult*>& cells) {
  ScoredItems pairs;
  for (const CellResult* cell : cells) {
    for (const ScoredItem& pair : cell->pairs.scored) pairs.push_back(&pair);
  }
  return length_gap(pairs);
}

std::vector<GroupResult> group_cells(const Study& study, const StudyResults& results) {
  std::vector<GroupResult> groups;
  for (const CellResult& cell : results.cells) {
    const std::string label = cell.cell->label();
    auto found = std::ranges::find(groups, label, &GroupResult::label);
    if (found == groups.end()) {
      groups.push_back({label, {}, {}, {}, {}, {}});
      found = groups.end() - 1;
    }
    found->cells.push_back(&cell);
  }
  for (GroupResult& group : groups) {
    group.accuracy = spread(group.cells, [&](const CellResult& cell) {
      return number_of(cell.numbers, study.accuracy);
    });
    group.bias = spread(group.cells, [&](const CellResult& cell) {
      return std::abs(number_of(cell.numbers, study.bias) - study.unbiased);
    });
    group.length_gap = pooled_length_gap(group.cells);
  }
  return groups;
}

// "task/number" as the name of a task and one of its metrics.
struct NamedMetric {
  std::string task;
  MetricSpec metric;
};

NamedMetric find_metric(const std::vector<Task>& tasks, const std::string& name) {
  const std::string number = name.substr(name.find('/') + 1);
  for (const Task& task : tasks) {
    if (task.name != name.substr(0, name.find('/'))) continue;
    for (const MetricSpec& metric : task.metrics) {
      if (metric.name == number) return {task.name, metric};
    }
  }
  fail("{}: no task of the run gives this number", name);
}

// The items of a task in all cells, those of one item in one cluster.
std::vector<StoredItems> pooled_items(const std::vector<const Cell*>& cells,
                                      const std::string& task) {
  std::vector<StoredItems> pooled;
  for (const Cell* cell : cells) {
    pooled.push_back(read_stored_items(item_file(evaluation_directory(*cell), task, "adapter")));
    for (TaskItem& item : pooled.back().items) {
      if (item.cluster.empty()) item.cluster = item.id;
    }
  }
  return pooled;
}

Estimate contrast(const NamedMetric& named, const std::vector<const Cell*>& random,
                  const std::vector<const Cell*>& method) {
  const auto first = pooled_items(random, named.task);
  const auto second = pooled_items(method, named.task);
  const ScoredItems a = pointers(first), b = pointers(second);
  if (a.size() != b.size()) fail("{}: evaluations of different items", named.task);
  return paired_bootstrap(named.metric, a, b, {});
}

std::vector<Contrast> contrasts(const Study& study) {
  std::map<std::pair<std::string, double>, std::array<std::vector<const Cell*>, 2>> places;
  for (const Cell& cell : study.cells) {
    if (cell.fraction == 1) continue;
    auto& place = places[{cell.sources, cell.fraction}];
    if (cell.strategy == Strategy::kRandom) place[0].push_back(&cell);
    if (cell.strategy == Strategy::kQualityDiversity) place[1].push_back(&cell);
  }
  const auto tasks = read_tasks(study.run.evaluation, "evaluation");
  const auto accuracy = find_metric(tasks, study.accuracy), bias = find_metric(tasks, study.bias);
  std::vector<Contrast> result;
  for (const auto& [key, cells] : places) {
    if (cells[0].empty() || cells[0].size() != cells[1].size()) continue;
    result.push_back({key.first, key.second, contrast(accuracy, cells[0], cells[1]),
                      contrast(bias, cells[0], cells[1])});
  }
  return result;
}

// The comparison of a group with chance; null when it is not the method or there is none.
const Contrast* contrast_of(const GroupResult& group, const std::vector<Contrast>& contrasts) {
  const Cell& cell = *group.cells[0]->cell;
  if (cell.strategy != Strategy::kQualityDiversity) return nullptr;
  const auto found = std::ranges::find_if(contrasts, [&](const Contrast& contrast) {
    return contrast.sources == cell.sources && contrast.fraction == cell.fraction;
  });
  return found == contrasts.end() ? nullptr : &*found;
}

void add_flags(const Study& study, StudyResults& results) {
  const double accuracy = number_of(results.base, study.accuracy);
  const double bias = std::abs(number_of(results.base, study.bias) - study.unbiased);
  for (GroupResult& group : results.groups) {
    group.flags = failure_signatures(accuracy, bias, group, contrast_of(group, results.contrasts));
  }
}

}  // namespace

fs::path evaluation_directory(const Cell& cell) { return cell.directory / "evaluation"; }

fs::path base_directory(const Study& study) { return study.output / "base"; }

StudyResults collect_results(const Study& study) {
  StudyResults results;
  results.base = read_numbers(base_directory(study));
  for (const Cell& cell : study.cells) results.cells.push_back(read_cell(cell));
  results.groups = group_cells(study, results);
  results.contrasts = contrasts(study);
  add_flags(study, results);
  return results;
}

}  // namespace braid
