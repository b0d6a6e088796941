// Partial scoring of a cloze test (Trinh and Le 2018): every option is put into the blank, and what
// stands behind it is scored.
#include "base/error.h"
#include "data/feedback/kinds/option_fields.h"
#include "data/tasks/kinds/task_kind.h"

namespace braid {
namespace {

class ClozeTask : public TaskKind {
 public:
  explicit ClozeTask(ObjectReader& object)
      : sentence_(Field::require(object, "sentence")),
        blank_(object.string("blank", "_")),
        options_(OptionFields::read(object)) {
    if (blank_.empty()) object.error("blank", "is empty; give the text that stands for the blank");
  }

  std::string_view read(const Scope& scope, TaskItem& item) const override {
    const std::string sentence = require_text(sentence_, scope);
    const size_t at = sentence.find(blank_);
    if (at == std::string::npos) return "no blank in the sentence";
    const std::string behind = sentence.substr(at + blank_.size());
    if (behind.find(blank_) != std::string::npos) return "several blanks in the sentence";
    if (trimmed(behind).empty()) return "nothing behind the blank";
    Options options;
    const auto flaw = options_.find(scope, options);
    if (!flaw.empty()) return flaw;
    for (const std::string& option : options.texts) {
      item.prompts.push_back({sentence.substr(0, at) + option, "", {behind}});
    }
    item.gold.assign(options.texts.size(), 0);
    item.gold[options.right] = 1;
    return "";
  }

 private:
  Field sentence_;
  std::string blank_;
  OptionFields options_;
};

}  // namespace

std::unique_ptr<TaskKind> make_cloze_task(ObjectReader& object) {
  return std::make_unique<ClozeTask>(object);
}

}  // namespace braid
