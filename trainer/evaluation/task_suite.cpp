#include "trainer/evaluation/task_suite.h"

#include <fmt/format.h>

#include <chrono>

#include "base/error.h"
#include "trainer/evaluation/answer_questions.h"
#include "trainer/progress.h"

namespace braid {

int64_t TaskSuite::Entry::tokens() const {
  int64_t total = 0;
  for (const EncodedGroup& group : encoded.store.groups()) total += group.tokens();
  return total;
}

TaskSuite::TaskSuite(const RunConfiguration& config, const ModelConfig& model,
                     const ModelTokenizer& tokenizer)
    : token_budget_(config.train.micro_batch_tokens), tokenizer_(tokenizer.require()) {
  std::optional<ChatTemplate> chat;
  for (Task& task : read_tasks(config.evaluation, "evaluation")) {
    if (task.chat && !chat) chat.emplace(*tokenizer_, config.data.chat_template);
    ItemReport report;
    auto items = read_items(task, report);
    EncodedItems encoded = encode_items(std::move(items), *tokenizer_, task.chat ? &*chat : nullptr,
                                        model.max_position);
    for (const auto& [reason, count] : encoded.skipped) report.skipped[reason] += count;
    report.items = static_cast<int64_t>(encoded.items.size());
    if (encoded.items.empty()) fail("evaluation: no item of {} can be encoded", task.name);
    entries_.push_back({std::move(task), std::move(report), std::move(encoded)});
  }
}

TaskScores TaskSuite::score(const Entry& entry, const std::string& policy, const Transformer& model,
                            const Adapter* adapter) const {
  const auto start = std::chrono::steady_clock::now();
  const auto groups = static_cast<int64_t>(entry.encoded.store.groups().size());
  const auto questions = static_cast<int64_t>(entry.encoded.questions.size());
  Progress progress(fmt::format("eval {} {}", entry.task.name, policy), groups + questions);
  TaskScores result;
  result.items = score_items(model, entry.encoded, adapter, token_budget_,
                             [&](int64_t done) { progress.update(done); });
  auto answers = answer_questions(model, *tokenizer_, entry.encoded, adapter, token_budget_,
                                  [&](int64_t done) { progress.update(groups + done); });
  for (size_t i = 0; i < answers.size(); ++i) result.items[i].answers = std::move(answers[i]);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

ScoredItems pointers(const std::vector<ScoredItem>& items) {
  ScoredItems result;
  result.reserve(items.size());
  for (const ScoredItem& item : items) result.push_back(&item);
  return result;
}

}  // namespace braid
