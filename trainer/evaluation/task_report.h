// Results of tasks: a table for people, files for programs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "trainer/evaluation/task_suite.h"

namespace braid {

// A task under every policy, in the order of `policies`.
struct TaskOutcome {
  const TaskSuite::Entry* entry = nullptr;
  std::vector<TaskScores> scores;
};

// tasks.json and items-<task>-<policy>.jsonl in `directory`, which is created. Returns the table:
// one line per number, a column per policy with its 95 % interval, and with two policies the paired
// difference. Intervals and differences are by bootstrap with `seed`. `context` goes first into
// tasks.json.
std::string report_tasks(const std::filesystem::path& directory, const Json& context,
                         const std::vector<std::string>& policies,
                         const std::vector<TaskOutcome>& outcomes, uint64_t seed);

// {"value", "low", "high"}; null for what is not a number.
Json estimate_json(const Estimate& estimate);
// "0.512 [0.480, 0.544]".
std::string estimate_text(const Estimate& estimate);

}  // namespace braid
