// Options with a right one, as multiple-choice questions and cloze tests have them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/feedback/kinds/kind.h"
#include "data/feedback/kinds/prompt_fields.h"
#include "data/feedback/mapping/field.h"

namespace braid {

struct Options {
  std::vector<std::string> texts;
  size_t right = 0;
};

class OptionFields {
 public:
  // Members "options" (a field, or a list of paths: one option each), "answer", "answer_is"
  // ("index", "label" or "text"), "first_index" (0), "labels" (a field).
  //
  // index: the answer counts the options from first_index. label: it is one of `labels`, or,
  // without them, a letter from A. text: it is the text of an option.
  static OptionFields read(ObjectReader& object);

  // Fills `options`, or returns the reason why the row gives nothing. Error for an answer that
  // names no option.
  std::string_view find(const Scope& scope, Options& options) const;

 private:
  size_t right_option(const Scope& scope, const std::vector<std::string>& texts) const;
  std::string label(const Scope& scope, size_t index) const;

  std::vector<Field> options_;
  std::optional<Field> labels_;
  Field answer_;
  enum class AnswerIs { kIndex, kLabel, kText } answer_is_ = AnswerIs::kIndex;
  int64_t first_index_ = 0;
};

// The right option rated 1, the others 0. Blank options must be gone.
ComparisonSet option_set(Prompt prompt, const Options& options);

}  // namespace braid
