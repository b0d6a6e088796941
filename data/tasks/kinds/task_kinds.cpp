// The table of kinds, and what they share.
#include <fmt/ranges.h>

#include <map>
#include <vector>

#include "base/error.h"
#include "data/feedback/mapping/scalars.h"
#include "data/tasks/kinds/task_kind.h"

namespace braid {
namespace {

using Make = std::unique_ptr<TaskKind> (*)(ObjectReader&);

const std::map<std::string, Make>& kinds() {
  static const std::map<std::string, Make> table = {
      {"choice", make_choice_task},
      {"cloze", make_cloze_task},
      {"minimal_pair", make_minimal_pair_task},
      {"continuation", make_continuation_task},
      {"winogender", make_winogender_task},
      {"winobias", make_winobias_task},
      {"winobias_paper", make_winobias_paper_task},
      {"generate", make_generate_task},
      {"ifeval", make_ifeval_task},
  };
  return table;
}

}  // namespace

std::unique_ptr<TaskKind> make_task_kind(const std::string& name, ObjectReader& object) {
  const auto found = kinds().find(name);
  if (found != kinds().end()) return found->second(object);
  std::vector<std::string> names;
  for (const auto& [known, make] : kinds()) names.push_back(known);
  object.error("kind", fmt::format("{}; expected one of {}", quote(name), fmt::join(names, ", ")));
}

std::string require_text(const Field& field, const Scope& scope) {
  Json scratch;
  const Json& value = field.require(scope, scratch);
  const auto text = scalar_text(value);
  if (!text) fail("{}: expected text, got {}", field.name(), describe_value(value));
  return *text;
}

std::shared_ptr<const AnswerEnd> read_answer_end(ObjectReader& object) {
  AnswerEnd end{object.integer("max_new_tokens", 256), object.strings("stop")};
  if (end.max_new_tokens < 1) object.error("max_new_tokens", "expected 1 or more");
  for (const std::string& text : end.stop) {
    if (text.empty()) object.error("stop", "an empty text would end every answer at once");
  }
  return std::make_shared<const AnswerEnd>(std::move(end));
}

std::string text_or_empty(const std::optional<Field>& field, const Scope& scope) {
  if (!field) return "";
  Json scratch;
  const Json* value = field->one(scope, scratch);
  if (value == nullptr) return "";
  const auto text = scalar_text(*value);
  if (!text) fail("{}: expected text, got {}", field->name(), describe_value(*value));
  return *text;
}

}  // namespace braid
