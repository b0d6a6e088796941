// Sentences that differ in one thing, scored as a whole: two, or a third one as a control.
#include "base/error.h"
#include "data/feedback/conversation.h"
#include "data/tasks/kinds/task_kind.h"

namespace braid {
namespace {

class MinimalPairTask : public TaskKind {
 public:
  explicit MinimalPairTask(ObjectReader& object)
      : prompt_(Field::read(object, "prompt")),
        separator_(object.string("separator", " ")),
        sentences_(Field::each_of(object, "sentences")) {
    if (sentences_.size() < 2) object.error("sentences", "expected at least two paths");
  }

  std::string_view read(const Scope& scope, TaskItem& item) const override {
    PromptOptions prompt{text_or_empty(prompt_, scope), "", {}};
    if (!prompt.prompt.empty()) prompt.separator = separator_;
    for (const Field& sentence : sentences_) {
      prompt.continuations.push_back(require_text(sentence, scope));
      if (trimmed(prompt.continuations.back()).empty()) return "empty sentence";
    }
    item.prompts.push_back(std::move(prompt));
    return "";
  }

 private:
  std::optional<Field> prompt_;
  std::string separator_;
  std::vector<Field> sentences_;
};

}  // namespace

std::unique_ptr<TaskKind> make_minimal_pair_task(ObjectReader& object) {
  return std::make_unique<MinimalPairTask>(object);
}

}  // namespace braid
