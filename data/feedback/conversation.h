// Fields that hold text or a conversation, and the rules a conversation has to meet.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "data/text/message.h"

namespace braid {

// One row of a feedback file: its members, and "file:line" for errors.
struct Row {
  ObjectReader fields;
  std::string where;
};

// A member that is a string or a list of {"role", "content"} messages.
struct TextOrConversation {
  std::optional<std::string> text;
  Conversation turns;  // when there is no text

  bool is_text() const { return text.has_value(); }
};

// Errors: absent, another type, a role other than system, user, assistant and tool. Further keys of
// a message are kept in its `fields`.
TextOrConversation read_text_or_conversation(Row& row, const std::string& key);

// The conversation a prompt stands for: itself, or text as a user turn. HH-style dialogue text is
// parsed into its turns, without the empty assistant turn that waits for the answer.
Conversation prompt_conversation(TextOrConversation prompt);

// Why `prompt` cannot be answered: "empty prompt", or "turns do not alternate" (an optional system
// turn, then user and assistant in turn, the user last; turns of tools stand where a user's may,
// one or more after an answer). Empty when it can.
std::string_view prompt_flaw(const Conversation& prompt);

// Whether a turn calls tools: such a turn can stand in a prompt, but is no answer to compare.
bool calls_tools(const Message& message);

// Text without white space (ASCII) at its ends.
std::string_view trimmed(std::string_view text);

}  // namespace braid
