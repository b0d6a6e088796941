// Edits: somebody improved an answer; the edited one is better.
#include "base/error.h"
#include "data/feedback/kinds/kind.h"
#include "data/feedback/kinds/prompt_fields.h"
#include "data/feedback/turns.h"

namespace braid {
namespace {

class Edit : public Kind {
 public:
  explicit Edit(ObjectReader& object)
      : prompt_(PromptFields::read(object, PromptFields::Need::kPrompt)),
        before_(Field::require(object, "before")),
        after_(Field::require(object, "after")) {
    if (auto strength = object.object("strength")) {
      strength_ = Field::read_inline(*strength, "");
      scale_ = read_scale(*strength, true);
      strength->reject_unknown();
    }
    judge_on("edit");
  }

  RowConversion convert(const Scope& scope) const override {
    RowConversion result;
    Prompt prompt;
    ComparisonSet set;
    set.responses.resize(2);
    result.dropped = prompt_.build(scope, prompt);
    if (result.dropped.empty()) result.dropped = read(after_, scope, set.responses[0].text);
    if (result.dropped.empty()) result.dropped = read(before_, scope, set.responses[1].text);
    if (!result.dropped.empty()) return result;
    if (trimmed(set.responses[0].text) == trimmed(set.responses[1].text)) {
      result.dropped = "edit changes nothing";
      return result;
    }
    double share = 1;
    set.graded = strength_.has_value();
    if (strength_) {
      const auto strength = rate(*strength_, scale_, Aggregation::kMean, scope);
      if (!strength) {
        result.dropped = "no judgement";
        return result;
      }
      share = (strength->value - scale_.low) / (scale_.high - scale_.low);
    }
    set.responses[0].ratings = {(1 + share) / 2};
    set.responses[1].ratings = {(1 - share) / 2};
    set.prompt = std::move(prompt.turns);
    set.tools = std::move(prompt.tools);
    result.sets.push_back(std::move(set));
    return result;
  }

 private:
  static std::string_view read(const Field& field, const Scope& scope, std::string& text) {
    Json scratch;
    const Json* value = field.one(scope, scratch);
    return value == nullptr ? "empty answer" : read_answer(*value, field.name(), text);
  }

  PromptFields prompt_;
  Field before_, after_;
  std::optional<Field> strength_;
  Scale scale_;
};

}  // namespace

std::unique_ptr<Kind> make_edit(ObjectReader& object) { return std::make_unique<Edit>(object); }

}  // namespace braid
