#include "trainer/study/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <unordered_map>

#include "base/error.h"
#include "data/feedback/rows/row_source.h"
#include "data/tasks/task.h"
#include "trainer/evaluation/item_file.h"

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

void read_selection(const fs::path& run, CellResult& result) {
  const Json summary = read_json_file(run / "prepared" / "summary.json");
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

double last_chosen_reward(const fs::path& run) {
  double reward = kNone;
  const auto rows = open_json_lines(run / "metrics.jsonl");
  for (SourceRow row; rows->next(row);) {
    if (!row.flaw.empty()) throw Error(row.flaw);
    const auto found = row.value.find("eval_rewards/chosen");
    if (found != row.value.end() && found->is_number()) reward = found->get<double>();
  }
  return reward;
}

CellResult read_cell(const Cell& cell) {
  CellResult result;
  result.cell = &cell;
  read_selection(cell.directory, result);
  result.chosen_reward = last_chosen_reward(cell.directory);
  result.numbers = read_numbers(evaluation_directory(cell));
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

void add_flags(const Study& study, const Numbers& base, GroupResult& group) {
  const double base_accuracy = number_of(base, study.accuracy);
  const double base_bias = std::abs(number_of(base, study.bias) - study.unbiased);
  if (group.bias.mean < base_bias && group.accuracy.mean < base_accuracy) {
    group.flags.push_back("bias falls together with accuracy");
  }
  const auto any = [&](auto holds) { return std::ranges::any_of(group.cells, holds); };
  constexpr double kDominates = 0.8;
  if (any([](const CellResult* c) {
        return c->cell->members.size() > 1 && c->largest_source > kDominates;
      })) {
    group.flags.push_back("one source has over 80 % of the pairs");
  }
  if (any([](const CellResult* c) { return c->chosen_reward < 0; })) {
    group.flags.push_back("chosen answers became less likely than under the reference");
  }
}

std::vector<GroupResult> group_cells(const Study& study, const StudyResults& results) {
  std::vector<GroupResult> groups;
  for (const CellResult& cell : results.cells) {
    const std::string label = cell.cell->label();
    auto found = std::ranges::find(groups, label, &GroupResult::label);
    if (found == groups.end()) {
      groups.push_back({label, {}, {}, {}, {}});
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
    add_flags(study, results.base, group);
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

ScoredItems pointers(const std::vector<StoredItems>& pooled) {
  ScoredItems items;
  for (const StoredItems& stored : pooled) {
    for (const ScoredItem& item : stored.scored) items.push_back(&item);
  }
  return items;
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

// A method that cannot be told from chance says so beside its numbers.
void flag_contrasts(const std::vector<Contrast>& contrasts, std::vector<GroupResult>& groups) {
  for (const Contrast& contrast : contrasts) {
    const bool better = contrast.accuracy.low > 0;
    if (better) continue;
    for (GroupResult& group : groups) {
      const Cell& cell = *group.cells[0]->cell;
      if (cell.sources == contrast.sources && cell.fraction == contrast.fraction &&
          cell.strategy == Strategy::kQualityDiversity) {
        group.flags.push_back("no more accurate than random pairs of the same number");
      }
    }
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
  flag_contrasts(results.contrasts, results.groups);
  return results;
}

}  // namespace braid
