// Tasks of this run against those of another one.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "trainer/evaluation/task_report.h"

namespace braid {

// A part of a comparison: for people and for programs.
struct ComparisonPart {
  std::string table;
  Json json;
};

// Whether `other` has items of any of the tasks.
bool has_stored_tasks(const std::filesystem::path& other,
                      const std::vector<TaskSuite::Entry>& entries);

// Error when `other` lacks a task: said before hours are spent.
void require_stored_tasks(const std::filesystem::path& other,
                          const std::vector<TaskSuite::Entry>& entries);

// Paired differences, this run's last policy minus the last of the run whose evaluation lies in
// `other` (its adapter, or the base when it has none). Items are matched by id (matching.h); how
// many are in both stands in the table. Errors: no file of a task there; no common items; an item
// with another number of options.
ComparisonPart compare_tasks(const std::filesystem::path& other, const std::string& policy,
                             const std::vector<TaskOutcome>& outcomes, uint64_t seed);

}  // namespace braid
