// Texts and conversations in the spellings that public sets use.
#pragma once

#include <string>
#include <string_view>

#include "data/feedback/conversation.h"

namespace braid {

// A string, a message, or a list of messages. A message has "role" or "from", and "content",
// "value" or "text"; content may be a list of {"type": "text", "text"} parts. Roles are also spelt
// human, prompter and gpt, bot, model, chatgpt, function, observation, and in any case. Members for
// the chat template (tool_calls, tool_call_id, name, reasoning_content) are kept. Errors begin with
// `field`.
TextOrConversation read_turns(const Json& value, const std::string& field);

// The answer that `value` holds: text, a message, or the last turn of a conversation. Returns the
// reason why it cannot be compared ("empty answer", "answer is a tool call", "turns do not
// alternate"), or an empty view.
std::string_view read_answer(const Json& value, const std::string& field, std::string& answer);

// Takes the last turn off as the answer; reasons as above.
std::string_view take_answer(Conversation& turns, std::string& answer);

}  // namespace braid
