// A question and options, one or several of them right.
#include "base/error.h"
#include "data/feedback/kinds/option_fields.h"
#include "data/feedback/mapping/scalars.h"
#include "data/tasks/kinds/roles.h"
#include "data/tasks/kinds/task_kind.h"

namespace braid {
namespace {

constexpr size_t kMaxOptions = 1000;

// Options in a list or object, each of which says whether it is right.
struct MarkedOptions {
  FieldPath each;
  Field text, gold;

  std::string_view find(const Scope& scope, PromptOptions& options, TaskItem& item) const {
    std::vector<Scope> elements;
    each.elements(scope, elements);
    if (elements.size() > kMaxOptions) fail("{}: more than {} options", each.text(), kMaxOptions);
    bool right = false;
    for (const Scope& element : elements) {
      options.continuations.push_back(require_text(text, element));
      Json scratch;
      item.gold.push_back(scalar_number(gold.require(element, scratch), gold.name()).value_or(0));
      right = right || item.gold.back() > 0;
    }
    if (elements.size() < 2) return "fewer than two options";
    return right ? "" : "no right option given";
  }
};

class ChoiceTask : public TaskKind {
 public:
  explicit ChoiceTask(ObjectReader& object)
      : prompt_(Field::require(object, "prompt")),
        separator_(object.string("separator", " ")),
        roles_(RoleFields::read(object)) {
    const Json* options = object.find("options");
    if (options != nullptr && options->is_object() && options->contains("each")) {
      auto reader = *object.object("options");
      marked_ = MarkedOptions{FieldPath::parse(reader.require_string("each")),
                              Field::require(reader, "text"), Field::require(reader, "gold")};
      reader.reject_unknown();
    } else {
      options_ = OptionFields::read(object);
    }
  }

  std::string_view read(const Scope& scope, TaskItem& item) const override {
    PromptOptions prompt{require_text(prompt_, scope), separator_, {}};
    if (marked_) {
      const auto flaw = marked_->find(scope, prompt, item);
      if (!flaw.empty()) return flaw;
    } else {
      Options options;
      const auto flaw = options_->find(scope, options);
      if (!flaw.empty()) return flaw;
      item.gold.assign(options.texts.size(), 0);
      item.gold[options.right] = 1;
      prompt.continuations = std::move(options.texts);
    }
    if (roles_) item.roles = roles_->find(scope, prompt.continuations.size());
    item.prompts.push_back(std::move(prompt));
    return "";
  }

 private:
  Field prompt_;
  std::string separator_;
  std::optional<RoleFields> roles_;
  std::optional<MarkedOptions> marked_;
  std::optional<OptionFields> options_;
};

}  // namespace

std::unique_ptr<TaskKind> make_choice_task(ObjectReader& object) {
  return std::make_unique<ChoiceTask>(object);
}

}  // namespace braid
