// Cloze: a sentence with a blank, options for it, and the right one.
#include "base/error.h"
#include "data/feedback/kinds/option_fields.h"
#include "data/feedback/mapping/scalars.h"

namespace braid {
namespace {

constexpr const char* kQuestion = "{sentence}\n\nWhat belongs in the blank?";

class Cloze : public Kind {
 public:
  explicit Cloze(ObjectReader& object)
      : asks_itself_(!object.has("prompt")),
        sentence_(Field::require(object, "sentence")),
        blank_(object.string("blank", "_")),
        prompt_(PromptFields::read(object, PromptFields::Need::kNothing, kQuestion)),
        options_(OptionFields::read(object)) {
    const std::string fill = object.string("fill", "option");
    if (fill != "option" && fill != "sentence") {
      object.error("fill", "expected \"option\" (the answer is the option) or \"sentence\"");
    }
    fill_sentence_ = fill == "sentence";
    if (blank_.empty()) object.error("blank", "is empty; give the text that stands for the blank");
    judge_on("right");
  }

  RowConversion convert(const Scope& scope) const override {
    RowConversion result;
    Json scratch;
    const auto text = scalar_text(sentence_.require(scope, scratch));
    if (!text) fail("{}: expected text", sentence_.name());
    const size_t at = text->find(blank_);
    if (at == std::string::npos) {
      result.dropped = "no blank in the sentence";
      return result;
    }
    if (text->find(blank_, at + blank_.size()) != std::string::npos) {
      result.dropped = "several blanks in the sentence";
      return result;
    }
    Prompt prompt;
    Options options;
    // The built-in question asks for a member "sentence", whatever it is called in the row.
    const Json named = {{"sentence", *text}};
    const Scope prompt_scope(scope.row, named);
    result.dropped = prompt_.build(asks_itself_ ? prompt_scope : scope, prompt);
    if (result.dropped.empty()) result.dropped = options_.find(scope, options);
    if (!result.dropped.empty()) return result;
    if (fill_sentence_) {
      for (std::string& option : options.texts) {
        if (trimmed(option).empty()) continue;
        option = text->substr(0, at) + option + text->substr(at + blank_.size());
      }
    }
    result.sets.push_back(option_set(std::move(prompt), options));
    return result;
  }

 private:
  bool asks_itself_;  // with kQuestion
  Field sentence_;
  std::string blank_;
  PromptFields prompt_;
  OptionFields options_;
  bool fill_sentence_ = false;
};

}  // namespace

std::unique_ptr<Kind> make_cloze(ObjectReader& object) { return std::make_unique<Cloze>(object); }

}  // namespace braid
