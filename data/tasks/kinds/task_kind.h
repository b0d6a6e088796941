// A kind of task: how one row becomes an item.
//
// A new kind is one file with a make_ function, and one line in task_kinds.cpp.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "data/feedback/mapping/field.h"
#include "data/tasks/item.h"

namespace braid {

class TaskKind {
 public:
  virtual ~TaskKind() = default;

  // Fills prompts, questions, gold and roles of `item`, and tags that only this kind knows; the
  // tags of the row's file are there already. Returns why the row gives no item, or an empty view.
  // A pure function of the row. Throws an Error "field: what" when the row is malformed.
  virtual std::string_view read(const Scope& scope, TaskItem& item) const = 0;
};

// The kind called `name`, made from its members of `object`. Error that lists the kinds when there
// is none of that name.
std::unique_ptr<TaskKind> make_task_kind(const std::string& name, ObjectReader& object);

std::unique_ptr<TaskKind> make_choice_task(ObjectReader& object);
std::unique_ptr<TaskKind> make_cloze_task(ObjectReader& object);
std::unique_ptr<TaskKind> make_minimal_pair_task(ObjectReader& object);
std::unique_ptr<TaskKind> make_continuation_task(ObjectReader& object);
std::unique_ptr<TaskKind> make_winogender_task(ObjectReader& object);
std::unique_ptr<TaskKind> make_winobias_task(ObjectReader& object);
std::unique_ptr<TaskKind> make_winobias_paper_task(ObjectReader& object);
std::unique_ptr<TaskKind> make_generate_task(ObjectReader& object);
std::unique_ptr<TaskKind> make_ifeval_task(ObjectReader& object);

// The text of a field; Error when it is absent or no scalar.
std::string require_text(const Field& field, const Scope& scope);
// Members "max_new_tokens" (256) and "stop" (a list of texts).
std::shared_ptr<const AnswerEnd> read_answer_end(ObjectReader& object);
// Absent: empty.
std::string text_or_empty(const std::optional<Field>& field, const Scope& scope);

}  // namespace braid
