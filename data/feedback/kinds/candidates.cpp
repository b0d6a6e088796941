// Finding the answers that a row judges.
#include "data/feedback/kinds/candidates.h"

#include "base/error.h"
#include "data/feedback/mapping/scalars.h"
#include "data/feedback/turns.h"

namespace braid {
namespace {

ResponseFields read_response(ObjectReader& object, const std::string& default_text) {
  ResponseFields fields;
  fields.each = read_paths(object, "each");
  if (object.has("text") || default_text.empty()) {
    fields.text = Field::require(object, "text");
  } else {
    const Json made = {{"text", default_text}};
    ObjectReader reader(made, "tree");
    fields.text = Field::read(reader, "text");
  }
  fields.author = Field::read(object, "author");
  if (auto ratings = object.object("ratings")) {
    for (const auto& [axis, unused] : object.find("ratings")->items()) {
      fields.ratings.emplace(axis, Field::require(*ratings, axis));
    }
  }
  object.reject_unknown();
  return fields;
}

}  // namespace

const Field& ResponseFields::rating(const std::string& axis, const Field& usual) const {
  const auto found = ratings.find(axis);
  return found == ratings.end() ? usual : found->second;
}

CandidateFields CandidateFields::read(ObjectReader& object) {
  CandidateFields fields;
  if (auto tree = object.object("tree")) {
    fields.tree_ = MessageTree::read(*tree);
    fields.prompt_ = PromptFields::read(object, PromptFields::Need::kNothing);
    ResponseFields replies;
    const Json made = {{"text", fields.tree_->text_member()}};
    ObjectReader reader(made, "tree");
    replies.text = Field::read(reader, "text");
    replies.author = Field::read(object, "author");
    fields.responses_.push_back(std::move(replies));
    return fields;
  }
  fields.prompt_ = PromptFields::read(object, PromptFields::Need::kPromptOrConversation);
  for (ObjectReader& response : object.objects("responses")) {
    fields.responses_.push_back(read_response(response, ""));
  }
  ResponseFields single;
  single.text = Field::read(object, "response");
  single.author = Field::read(object, "author");
  const bool named = single.text || !fields.responses_.empty();
  if (named == fields.prompt_.holds_answer() || (single.text && !fields.responses_.empty())) {
    object.error("response", "give one of response, responses and conversation");
  }
  if (fields.responses_.empty()) fields.responses_.push_back(std::move(single));
  return fields;
}

void CandidateFields::add(const Scope& scope, const ResponseFields& fields, Candidates& candidates,
                          RowConversion& counts) const {
  Candidate candidate{scope, &fields, ""};
  std::string_view flaw;
  if (fields.text) {
    Json scratch;
    const Json* value = fields.text->one(scope, scratch);
    flaw = value == nullptr ? "empty answer"
                            : read_answer(*value, fields.text->name(), candidate.text);
  } else {
    candidate.text = candidates.prompt.answer;
  }
  if (flaw.empty()) {
    candidates.answers.push_back(std::move(candidate));
  } else {
    ++counts.dropped_responses[std::string(flaw)];
  }
}

std::vector<Candidates> CandidateFields::find_in_tree(const Scope& scope,
                                                      RowConversion& counts) const {
  std::vector<Candidates> result;
  for (TreePrompt& prompt : tree_->prompts(scope)) {
    Candidates candidates;
    candidates.prompt.turns = std::move(prompt.turns);
    prompt_.add_context(scope, candidates.prompt.turns, candidates.prompt.tools);
    const std::string_view flaw = prompt_flaw(candidates.prompt.turns);
    if (!flaw.empty()) {
      ++counts.dropped_sets[std::string(flaw)];
      continue;
    }
    for (size_t i = 0; i < prompt.replies.size(); ++i) {
      Scope reply(scope.row, *prompt.replies[i]);
      reply.index = i;
      add(reply, responses_.front(), candidates, counts);
    }
    result.push_back(std::move(candidates));
  }
  if (result.empty()) counts.dropped = "no replies in the tree";
  return result;
}

std::vector<Candidates> CandidateFields::find(const Scope& scope, RowConversion& counts) const {
  if (tree_) return find_in_tree(scope, counts);
  Candidates candidates;
  counts.dropped = prompt_.build(scope, candidates.prompt);
  if (!counts.dropped.empty()) return {};
  std::vector<Scope> elements;
  for (const ResponseFields& fields : responses_) {
    if (fields.each.empty()) {
      add(scope, fields, candidates, counts);
      continue;
    }
    const size_t first = elements.size();
    for (const FieldPath& path : fields.each) path.elements(scope, elements);
    for (size_t i = first; i < elements.size(); ++i) add(elements[i], fields, candidates, counts);
  }
  if (candidates.answers.empty()) {
    counts.dropped = "empty answer";
    counts.dropped_responses.clear();  // they went with their row
    return {};
  }
  std::vector<Candidates> result;
  result.push_back(std::move(candidates));
  return result;
}

ComparisonSet CandidateFields::empty_set(Candidates& candidates) {
  ComparisonSet set;
  set.prompt = std::move(candidates.prompt.turns);
  set.tools = std::move(candidates.prompt.tools);
  for (Candidate& candidate : candidates.answers) {
    Response response;
    response.text = std::move(candidate.text);
    Json scratch;
    const auto& author = candidate.fields->author;
    const Json* name = author ? author->one(candidate.scope, scratch) : nullptr;
    if (name != nullptr) response.author = scalar_text(*name).value_or("");
    set.responses.push_back(std::move(response));
  }
  return set;
}

}  // namespace braid
