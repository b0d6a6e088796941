// Tasks of this run against those of another one.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "trainer/evaluation/task_report.h"

namespace braid {

// Error when `other` lacks a task: said before hours are spent.
void require_stored_tasks(const std::filesystem::path& other,
                          const std::vector<TaskSuite::Entry>& entries);

// A table of paired differences, this run's last policy minus the last of the run whose evaluation
// lies in `other` (its adapter, or the base when it has none). Items are matched by id; how many
// are in both stands in the table. comparison.json in `directory` has the same. Errors: no file of
// a task there; no common items; an item with another number of options.
std::string compare_tasks(const std::filesystem::path& directory,
                          const std::filesystem::path& other, const std::string& policy,
                          const std::vector<TaskOutcome>& outcomes, uint64_t seed);

}  // namespace braid
