// Multiple choice: a question, options, and the right one.
#include "data/feedback/kinds/option_fields.h"

namespace braid {
namespace {

class Choice : public Kind {
 public:
  explicit Choice(ObjectReader& object)
      : prompt_(PromptFields::read(object, PromptFields::Need::kPrompt)),
        options_(OptionFields::read(object)) {
    judge_on("right");
  }

  RowConversion convert(const Scope& scope) const override {
    RowConversion result;
    Prompt prompt;
    Options options;
    result.dropped = prompt_.build(scope, prompt);
    if (result.dropped.empty()) result.dropped = options_.find(scope, options);
    if (result.dropped.empty()) result.sets.push_back(option_set(std::move(prompt), options));
    return result;
  }

 private:
  PromptFields prompt_;
  OptionFields options_;
};

}  // namespace

std::unique_ptr<Kind> make_choice(ObjectReader& object) { return std::make_unique<Choice>(object); }

}  // namespace braid
