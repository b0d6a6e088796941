// items-<task>-<policy>.jsonl: every item of a task with the scores of its options.
#pragma once

#include <deque>
#include <filesystem>
#include <string>
#include <vector>

#include "data/tasks/item.h"

namespace braid {

// Where the file of a task under a policy lies.
std::filesystem::path item_file(const std::filesystem::path& directory, const std::string& task,
                                const std::string& policy);

void write_items(const std::filesystem::path& path, const std::vector<ScoredItem>& items);

// Items without their texts, as they were written. Not copyable: scores point to items.
struct StoredItems {
  StoredItems() = default;
  StoredItems(StoredItems&&) = default;
  StoredItems& operator=(StoredItems&&) = default;

  std::deque<TaskItem> items;
  std::vector<ScoredItem> scored;  // point into `items`
};

// Error "file:line: member: what" for what is no such file.
StoredItems read_stored_items(const std::filesystem::path& path);

}  // namespace braid
