// The answers that a row judges: one, several members, the elements of a list, or the replies of a
// conversation tree. Shared by the kinds that judge any number of answers.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/feedback/kinds/kind.h"
#include "data/feedback/kinds/message_tree.h"
#include "data/feedback/kinds/prompt_fields.h"

namespace braid {

// How answers are found: members "each" (paths whose values are walked; by default the row itself),
// "text", "author", and "ratings" {axis: field} where the fields differ from those of the axis.
struct ResponseFields {
  std::vector<FieldPath> each;
  std::optional<Field> text;  // absent: the answer comes with the conversation
  std::optional<Field> author;
  std::map<std::string, Field> ratings;

  // The field an axis is read from.
  const Field& rating(const std::string& axis, const Field& usual) const;
};

struct Candidate {
  Scope scope;
  const ResponseFields* fields;
  std::string text;
};

// A prompt and its answers. Answers that cannot be compared are counted, not here.
struct Candidates {
  Prompt prompt;
  std::vector<Candidate> answers;
};

class CandidateFields {
 public:
  // Members "prompt" or "conversation", "system", "tools"; "response" (with "author") or
  // "responses"; or "tree".
  static CandidateFields read(ObjectReader& object);

  // The row's prompts with their answers. Prompts that cannot be answered are counted in `counts`
  // for a tree; a plain row is then dropped as a whole.
  std::vector<Candidates> find(const Scope& scope, RowConversion& counts) const;

  // A set without ratings, and the answers' texts in it.
  static ComparisonSet empty_set(Candidates& candidates);

 private:
  std::vector<Candidates> find_in_tree(const Scope& scope, RowConversion& counts) const;
  void add(const Scope& scope, const ResponseFields& fields, Candidates& candidates,
           RowConversion& counts) const;

  std::optional<MessageTree> tree_;
  PromptFields prompt_;
  std::vector<ResponseFields> responses_;
};

}  // namespace braid
