// Reading options and the right one among them.
#include "data/feedback/kinds/option_fields.h"

#include <cmath>

#include "base/error.h"
#include "data/feedback/mapping/scalars.h"

namespace braid {
namespace {

constexpr size_t kMaxOptions = 1000;

std::string text_at(const Json& value, const Field& field) {
  const auto text = scalar_text(value);
  if (!text) fail("{}: expected text, got {}", field.name(), describe_value(value));
  return *text;
}

}  // namespace

OptionFields OptionFields::read(ObjectReader& object) {
  OptionFields fields;
  const Json* options = object.find("options");
  if (options != nullptr && options->is_array()) {
    fields.options_ = Field::each_of(object, "options");
  } else {
    fields.options_.push_back(Field::require(object, "options"));
  }
  fields.labels_ = Field::read(object, "labels");
  fields.answer_ = Field::require(object, "answer");
  const std::string is = object.string("answer_is", "index");
  if (is != "index" && is != "label" && is != "text") {
    object.error("answer_is", "expected \"index\", \"label\" or \"text\"");
  }
  fields.answer_is_ = is == "index"   ? AnswerIs::kIndex
                      : is == "label" ? AnswerIs::kLabel
                                      : AnswerIs::kText;
  fields.first_index_ = object.integer("first_index", 0);
  return fields;
}

std::string OptionFields::label(const Scope& scope, size_t index) const {
  if (!labels_) return std::string(1, static_cast<char>('A' + index % 26));
  Json scratch;
  const std::vector<const Json*> labels = labels_->all(scope, scratch);
  return index < labels.size() ? text_at(*labels[index], *labels_) : "";
}

size_t OptionFields::right_option(const Scope& scope, const std::vector<std::string>& texts) const {
  Json scratch;
  const Json& answer = answer_.require(scope, scratch);
  if (answer_is_ == AnswerIs::kIndex) {
    const auto number = scalar_number(answer, answer_.name());
    const double index = number.value_or(-1) - static_cast<double>(first_index_);
    if (number && std::trunc(index) == index && index >= 0 &&
        index < static_cast<double>(texts.size())) {
      return static_cast<size_t>(index);
    }
  } else {
    const std::string text = text_at(answer, answer_);
    for (size_t i = 0; i < texts.size(); ++i) {
      const std::string name = answer_is_ == AnswerIs::kLabel ? label(scope, i) : texts[i];
      if (trimmed(text) == trimmed(name)) return i;
    }
  }
  fail("{}: {} names none of the {} options", answer_.name(), describe_value(answer), texts.size());
}

std::string_view OptionFields::find(const Scope& scope, Options& options) const {
  for (const Field& field : options_) {
    Json scratch;
    for (const Json* value : field.all(scope, scratch)) {
      options.texts.push_back(text_at(*value, field));
    }
  }
  if (options.texts.size() > kMaxOptions) {
    fail("{}: {} options; at most {} are accepted", options_.front().name(), options.texts.size(),
         kMaxOptions);
  }
  if (options.texts.size() < 2) return "fewer than two options";
  Json scratch;
  const Json* answer = answer_.one(scope, scratch);
  if (answer == nullptr || trimmed(scalar_text(*answer).value_or("-")).empty()) {
    return "no right option given";
  }
  options.right = right_option(scope, options.texts);
  return trimmed(options.texts[options.right]).empty() ? "empty answer" : "";
}

ComparisonSet option_set(Prompt prompt, const Options& options) {
  ComparisonSet set;
  set.prompt = std::move(prompt.turns);
  set.tools = std::move(prompt.tools);
  set.graded = false;
  for (size_t i = 0; i < options.texts.size(); ++i) {
    if (trimmed(options.texts[i]).empty()) continue;
    Response response;
    response.text = options.texts[i];
    response.ratings = {i == options.right ? 1.0 : 0.0};
    set.responses.push_back(std::move(response));
  }
  return set;
}

}  // namespace braid
