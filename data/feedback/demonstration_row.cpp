// Rows with "messages" or "prompt" and "completion": one good answer.
#include "data/feedback/dialogue_text.h"
#include "data/feedback/row_forms.h"
#include "data/feedback/turns.h"

namespace braid {
namespace {

// A conversation whose last turn is the answer.
std::string_view finish(Conversation turns, FeedbackRecord& record) {
  std::string answer;
  if (const auto flaw = take_answer(turns, answer); !flaw.empty()) return flaw;
  if (const auto flaw = prompt_flaw(turns); !flaw.empty()) return flaw;
  record.prompt = std::move(turns);
  record.chosen = std::move(answer);
  return {};
}

// KTO-style files mark bad answers, which must not be learnt as demonstrations.
bool labelled_bad(Row& row) {
  const Json* label = row.fields.find("label");
  return label != nullptr && label->is_boolean() && !label->get<bool>();
}

}  // namespace

std::string_view read_demonstration_row(Row& row, FeedbackRecord& record) {
  Conversation turns;
  if (row.fields.has("completion")) {
    TextOrConversation prompt = read_text_or_conversation(row, "prompt");
    TextOrConversation answer = read_text_or_conversation(row, "completion");
    const bool dialogue = prompt.is_text() && is_dialogue_text(*prompt.text);
    turns = prompt_conversation(std::move(prompt));
    if (answer.is_text()) {
      turns.push_back({"assistant", std::string(dialogue ? trimmed(*answer.text) : *answer.text)});
    } else {
      if (answer.turns.empty()) return "empty answer";
      turns.insert(turns.end(), answer.turns.begin(), answer.turns.end());
    }
  } else {
    TextOrConversation messages = read_text_or_conversation(row, "messages");
    if (messages.is_text()) row.fields.error("messages", "expected a list of messages, got text");
    turns = std::move(messages.turns);
  }
  return labelled_bad(row) ? "labelled as a bad answer" : finish(std::move(turns), record);
}

}  // namespace braid
