// Demonstrations: a prompt and one good answer.
#include "base/error.h"
#include "data/feedback/kinds/kind.h"
#include "data/feedback/kinds/prompt_fields.h"
#include "data/feedback/turns.h"

namespace braid {
namespace {

class DemonstrationKind : public Kind {
 public:
  explicit DemonstrationKind(ObjectReader& object)
      : prompt_(PromptFields::read(object, PromptFields::Need::kPromptOrConversation)),
        response_(Field::read(object, "response")) {
    if (response_.has_value() == prompt_.holds_answer()) {
      object.error("response", "give prompt and response, or conversation");
    }
  }

  RowConversion convert(const Scope& scope) const override {
    RowConversion result;
    Prompt prompt;
    Demonstration example;
    result.dropped = prompt_.build(scope, prompt);
    if (!result.dropped.empty()) return result;
    if (response_) {
      Json scratch;
      const Json& value = response_->require(scope, scratch);
      result.dropped = read_answer(value, response_->name(), example.answer);
      if (!result.dropped.empty()) return result;
    } else {
      example.answer = std::move(prompt.answer);
    }
    example.prompt = std::move(prompt.turns);
    example.tools = std::move(prompt.tools);
    result.demonstrations.push_back(std::move(example));
    return result;
  }

 private:
  PromptFields prompt_;
  std::optional<Field> response_;
};

}  // namespace

std::unique_ptr<Kind> make_demonstration(ObjectReader& object) {
  return std::make_unique<DemonstrationKind>(object);
}

}  // namespace braid
