// The tasks of a run, read and encoded once, scored under any policy.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/tasks/metrics/bootstrap.h"
#include "data/tasks/task.h"
#include "trainer/configuration.h"
#include "trainer/evaluation/score_items.h"
#include "trainer/model_tokenizer.h"

namespace braid {

// A task under one policy.
struct TaskScores {
  std::vector<ScoredItem> items;
  double seconds = 0;
};

class TaskSuite {
 public:
  struct Entry {
    Task task;
    ItemReport report;  // `skipped` includes what could not be encoded
    EncodedItems encoded;

    int64_t tokens() const;  // of all groups, prompts once
  };

  // Reads config.evaluation. Errors name "evaluation[i]"; a tokenizer that cannot be used is one.
  TaskSuite(const RunConfiguration& config, const ModelConfig& model,
            const ModelTokenizer& tokenizer);
  TaskSuite(const TaskSuite&) = delete;
  TaskSuite& operator=(const TaskSuite&) = delete;

  const std::vector<Entry>& entries() const { return entries_; }

  TaskScores score(const Entry& entry, const std::string& policy, const Transformer& model,
                   const Adapter* adapter) const;

 private:
  int64_t token_budget_;
  std::shared_ptr<const Tokenizer> tokenizer_;
  std::vector<Entry> entries_;
};

ScoredItems pointers(const std::vector<ScoredItem>& items);

}  // namespace braid
