// An evaluation task: files, how a row becomes an item, and the numbers that are reported. A task
// is data: built-in ones are JSON (builtin_tasks.h), and so are those of users. docs/evaluation.md
// describes the members.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/feedback/mapping/row_filter.h"
#include "data/feedback/rows/row_source.h"
#include "data/tasks/kinds/task_kind.h"
#include "data/tasks/metrics/metric.h"

namespace braid {

struct Task {
  std::string name;
  struct File {
    std::string path;
    std::map<std::string, std::string> tags;  // of all its items
    // Another file of as many rows; its n-th one is the member "beside" of the n-th row. Or empty.
    std::string beside;
  };
  std::vector<File> files;
  RowFormat format;
  RowFilter filter;
  std::shared_ptr<const TaskKind> kind;
  std::optional<Field> id, cluster;
  std::map<std::string, Field> tags;
  std::vector<std::string> subgroups;  // tags whose values are reported one by one
  std::vector<MetricSpec> metrics;     // the first is the task's main number
  bool chat = false;                   // prompts go through the chat template
  int64_t limit = 0;                   // items, the first ones; 0: all
  int64_t every = 0;  // steps between evaluations while training (and the last); 0: none
  Json definition;    // as it was merged
};

// Reads one task. `config` is a definition, or {"task": name or path of a JSON file, ...} with
// members that replace those of the definition. `where` begins errors. Unknown members are errors;
// so are missing files. Relative "files" of a task file are relative to that file.
Task read_task(const Json& config, const std::string& where);

// The tasks of a list. `key` begins errors; two of one name are one.
std::vector<Task> read_tasks(const Json& list, const std::string& key);

struct ItemReport {
  int64_t rows = 0;
  int64_t items = 0;
  std::map<std::string, int64_t> skipped;  // reason -> rows
};

// The items of all files, at most task.limit. Errors: "file:row: field: what" for a malformed row,
// a file that cannot be read, no item at all.
std::vector<TaskItem> read_items(const Task& task, ItemReport& report);

}  // namespace braid
