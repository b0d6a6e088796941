#include "trainer/best_number.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "trainer/preference_evaluation.h"

namespace braid {
namespace {

struct Measured {
  std::string name;
  std::string hindrance;  // why it is measured only once; empty: it is measured
};

std::vector<Measured> numbers_of(const TrainConfig& config, const TaskSuite* tasks) {
  std::vector<Measured> numbers;
  if (tasks != nullptr) {
    for (const TaskSuite::Entry& entry : tasks->entries()) {
      const Task& task = entry.task;
      const std::string hindrance = task.every > 0
                                        ? ""
                                        : fmt::format(
                                              "the task {} is not measured while training; give it "
                                              "\"every\", the steps between measurements",
                                              task.name);
      for (const MetricSpec& metric : task.metrics) {
        numbers.push_back({fmt::format("eval/{}/{}", task.name, metric.name), hindrance});
      }
    }
  }
  const std::string hindrance =
      config.eval_every > 0 ? ""
                            : "held-out pairs are measured at the end only; set train.eval_every";
  for (const auto& [name, value] : PreferenceSummary().metrics()) {
    numbers.push_back({name, hindrance});
  }
  return numbers;
}

}  // namespace

bool is_held_out_number(const TrainConfig& config) { return config.best.starts_with("eval_"); }

void check_best_number(const TrainConfig& config, const TaskSuite* tasks) {
  if (config.best.empty()) return;
  const auto numbers = numbers_of(config, tasks);
  const auto found = std::ranges::find(numbers, config.best, &Measured::name);
  if (found == numbers.end()) {
    std::vector<std::string> names;
    for (const Measured& number : numbers) names.push_back(number.name);
    fail("train.best: {}: no such number; there are {}", quote(config.best),
         fmt::join(names, ", "));
  }
  if (!found->hindrance.empty()) fail("train.best: {}: {}", config.best, found->hindrance);
}

}  // namespace braid
