// One text behind a prompt, or behind nothing: last words, perplexity.
#include "data/feedback/conversation.h"
#include "data/tasks/kinds/task_kind.h"

namespace braid {
namespace {

class ContinuationTask : public TaskKind {
 public:
  explicit ContinuationTask(ObjectReader& object)
      : prompt_(Field::read(object, "prompt")),
        separator_(object.string("separator", " ")),
        text_(Field::require(object, "text")) {}

  std::string_view read(const Scope& scope, TaskItem& item) const override {
    PromptOptions prompt{text_or_empty(prompt_, scope), "", {require_text(text_, scope)}};
    if (!prompt.prompt.empty()) prompt.separator = separator_;
    if (trimmed(prompt.continuations[0]).empty()) return "empty text";
    item.gold = {1};
    item.prompts.push_back(std::move(prompt));
    return "";
  }

 private:
  std::optional<Field> prompt_;
  std::string separator_;
  Field text_;
};

}  // namespace

std::unique_ptr<TaskKind> make_continuation_task(ObjectReader& object) {
  return std::make_unique<ContinuationTask>(object);
}

}  // namespace braid
