#include "data/tasks/task.h"

#include <fmt/ranges.h>

#include <set>

#include "base/error.h"
#include "base/file_members.h"
#include "data/feedback/mapping/scalars.h"
#include "data/tasks/builtin_tasks.h"

namespace braid {
namespace {

namespace fs = std::filesystem;

// The definition that "task" names, with the other members of `config` over it.
Json merge_definition(const Json& config, ObjectReader& object) {
  if (!object.has("task")) return config;
  const std::string name = object.require_string("task");
  Json merged;
  if (const auto builtin = find_builtin_task(name)) {
    merged = *builtin;
  } else if (name.ends_with(".json")) {
    merged = read_json_file(name);
    if (!merged.is_object()) fail("{}: expected an object", name);
    resolve_file_members(merged, fs::absolute(name).parent_path());
  } else {
    object.error("task",
                 fmt::format("{} is no built-in task and no path of a .json file; built in: {}",
                             quote(name), fmt::join(builtin_task_names(), ", ")));
  }
  if (!merged.contains("name")) merged["name"] = fs::path(name).stem().string();
  for (const auto& [key, value] : config.items()) {
    if (key == "task") continue;
    if (value.is_null()) {
      merged.erase(key);
    } else {
      merged[key] = value;
    }
  }
  return merged;
}

Task::File read_file(const Json& json, const ObjectReader& object, const std::string& where) {
  if (json.is_string()) return {json.get<std::string>(), {}, ""};
  if (!json.is_object()) object.error("files", "expected paths, or objects {path, tags, beside}");
  ObjectReader reader(json, where, "files");
  Task::File file{reader.require_string("path"), {}, reader.string("beside", "")};
  if (const Json* tags = reader.find("tags")) {
    if (!tags->is_object()) reader.error("tags", "expected an object of texts");
    for (const auto& [tag, value] : tags->items()) {
      const auto text = scalar_text(value);
      if (!text) reader.error("tags", "expected an object of texts");
      file.tags[tag] = *text;
    }
  }
  reader.reject_unknown();
  return file;
}

std::vector<Task::File> read_files(ObjectReader& object, const std::string& where) {
  std::vector<Task::File> files;
  if (const Json* list = object.find("files")) {
    if (list->is_array()) {
      for (const Json& file : *list) files.push_back(read_file(file, object, where));
    } else {
      files.push_back(read_file(*list, object, where));
    }
  }
  if (files.empty()) object.error("files", "is missing; name the files of the task");
  return files;
}

void read_tags(ObjectReader& object, Task& task) {
  auto tags = object.object("tags");
  if (!tags) return;
  for (const auto& [tag, value] : object.find("tags")->items()) {
    task.tags.emplace(tag, Field::require(*tags, tag));
  }
}

int64_t read_count(ObjectReader& object, const char* key) {
  const int64_t count = object.integer(key, 0);
  if (count < 0) object.error(key, "negative; expected 0 or more");
  return count;
}

void read_metrics(ObjectReader& object, const std::string& where, Task& task) {
  const Json* metrics = object.find("metrics");
  if (metrics == nullptr || !metrics->is_array() || metrics->empty()) {
    object.error("metrics", "expected a list of at least one metric");
  }
  for (size_t i = 0; i < metrics->size(); ++i) {
    task.metrics.push_back(
        MetricSpec::read((*metrics)[i], fmt::format("{}: metrics[{}]", where, i)));
  }
}

// Text of the values of a field, several of them with commas.
std::string tag_text(const Field& field, const Scope& scope) {
  Json scratch;
  std::string text;
  for (const Json* value : field.all(scope, scratch)) {
    if (!text.empty()) text += ",";
    text += scalar_text(*value).value_or("");
  }
  return text;
}

class ItemReader {
 public:
  ItemReader(const Task& task, ItemReport& report) : task_(task), report_(report) {}

  std::vector<TaskItem> read() {
    for (const Task::File& file : task_.files) read_file(file);
    if (items_.empty()) {
      fail("{}: no items in {} rows of {}{}", task_.name, report_.rows, task_.files[0].path,
           report_.skipped.empty() ? "" : fmt::format(" (skipped: {})", report_.skipped));
    }
    report_.items = static_cast<int64_t>(items_.size());
    return std::move(items_);
  }

 private:
  bool full() const {
    return task_.limit > 0 && static_cast<int64_t>(items_.size()) >= task_.limit;
  }

  void read_file(const Task::File& file) {
    if (full()) return;
    const auto rows = open_rows(file.path, task_.format);
    const auto beside = file.beside.empty() ? nullptr : open_rows(file.beside, task_.format);
    for (SourceRow row; !full() && rows->next(row);) {
      if (!row.flaw.empty()) throw Error(row.flaw);
      if (beside) add_beside(*beside, row, file);
      ++report_.rows;
      try {
        read_row(row, file);
      } catch (const Error& error) {
        fail("{}:{}: {}", file.path, row.number, error.what());
      }
    }
    SourceRow left;
    if (beside && !full() && beside->next(left)) {
      fail("{}: goes on behind the last row of {}; both need the same rows", file.beside,
           file.path);
    }
  }

  static void add_beside(RowSource& beside, SourceRow& row, const Task::File& file) {
    SourceRow other;
    if (!beside.next(other)) {
      fail("{}: ends before row {} of {}; both need the same rows", file.beside, row.number,
           file.path);
    }
    if (!other.flaw.empty()) throw Error(other.flaw);
    row.value["beside"] = std::move(other.value);
  }

  void read_row(const SourceRow& row, const Task::File& file) {
    const Scope scope(row.value);
    if (!task_.filter.passes(scope)) {
      ++report_.skipped["left out by keep or skip"];
      return;
    }
    TaskItem item;
    item.id = fmt::format("{}:{}", fs::path(file.path).filename().string(), row.number);
    item.tags = file.tags;
    const auto flaw = task_.kind->read(scope, item);
    if (!flaw.empty()) {
      ++report_.skipped[std::string(flaw)];
      return;
    }
    if (task_.id) item.id = require_text(*task_.id, scope);
    if (task_.cluster) item.cluster = require_text(*task_.cluster, scope);
    for (const auto& [tag, field] : task_.tags) item.tags[tag] = tag_text(field, scope);
    items_.push_back(std::move(item));
  }

  const Task& task_;
  ItemReport& report_;
  std::vector<TaskItem> items_;
};

}  // namespace

Task read_task(const Json& config, const std::string& where) {
  if (!config.is_object()) fail("{}: expected an object", where);
  ObjectReader unmerged(config, where);
  Task task;
  task.definition = merge_definition(config, unmerged);
  ObjectReader object(task.definition, where);
  task.name = object.require_string("name");
  task.files = read_files(object, where);
  task.format = RowFormat::read(object);
  task.filter = RowFilter::read(object);
  task.kind = make_task_kind(object.require_string("kind"), object);
  task.id = Field::read(object, "id");
  task.cluster = Field::read(object, "cluster");
  read_tags(object, task);
  task.subgroups = object.strings("subgroups");
  read_metrics(object, where, task);
  task.chat = object.boolean("chat", false);
  task.limit = read_count(object, "limit");
  task.every = read_count(object, "every");
  object.reject_unknown();
  return task;
}

std::vector<Task> read_tasks(const Json& list, const std::string& key) {
  std::vector<Task> tasks;
  std::set<std::string> names;
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string where = fmt::format("{}[{}]", key, i);
    tasks.push_back(read_task(list[i], where));
    if (!names.insert(tasks.back().name).second) {
      fail("{}: a second task {}; give each its own \"name\"", where, quote(tasks.back().name));
    }
  }
  return tasks;
}

std::vector<TaskItem> read_items(const Task& task, ItemReport& report) {
  return ItemReader(task, report).read();
}

}  // namespace braid
