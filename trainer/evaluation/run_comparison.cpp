#include "trainer/evaluation/run_comparison.h"

#include "base/error.h"
#include "base/file.h"
#include "trainer/progress.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

void say_left_out(const char* what, const fs::path& other) {
  say(fmt::format("not compared: {}; {} has none", what, other.string()));
}

}  // namespace

RunComparison::RunComparison(const fs::path& other, const fs::path& own,
                             const std::vector<EncodedGroup>& pairs, const TaskSuite* tasks)
    : other_(other), own_(own) {
  std::error_code error;
  if (fs::equivalent(other, own, error)) {
    fail("--compare: {} is where this run writes; copy it, or set output", other.string());
  }
  if (!pairs.empty()) {
    if (const auto path = find_stored_pairs(other)) pairs_.emplace(*path, pairs);
  }
  if (tasks != nullptr) {
    tasks_ = has_stored_tasks(other, tasks->entries());
    // With nothing else to compare, the first missing task is the error.
    if (tasks_ || pairs.empty()) require_stored_tasks(other, tasks->entries());
  }
  if (!pairs_ && !tasks_) {
    fail("{}: no held-out pairs{}; name the directory evaluation/ of a run that measured them",
         other.string(), tasks != nullptr ? " and no items of the tasks" : "");
  }
  if (!pairs.empty() && !pairs_) say_left_out("held-out pairs", other);
  if (tasks != nullptr && !tasks_) say_left_out("tasks", other);
}

std::string RunComparison::report(const std::string& policy, const PreferenceEvaluation* pairs,
                                  const std::vector<TaskOutcome>& outcomes, uint64_t seed) const {
  Json document = {{"compared_with", other_.string()}};
  std::string tables;
  if (pairs_) {
    BRAID_ASSERT(pairs != nullptr);
    ComparisonPart part = pairs_->compare(policy, *pairs, seed);
    document["pairs"] = std::move(part.json);
    tables += part.table;
  }
  if (tasks_) {
    ComparisonPart part = compare_tasks(other_, policy, outcomes, seed);
    document["tasks"] = std::move(part.json);
    if (!tables.empty()) tables += "\n";
    tables += part.table;
  }
  write_file_atomic(own_ / "comparison.json",
                    document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  return tables;
}

}  // namespace braid
