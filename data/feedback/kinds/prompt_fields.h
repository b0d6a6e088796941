// The prompt of a row: the members "prompt" or "conversation", "markers", "system" and "tools" of a
// source. "markers" {"user", "assistant"} are the texts that begin turns inside a prompt that is
// text; what stands before the first one is a turn of the user.
#pragma once

#include <optional>
#include <string>

#include "data/feedback/conversation.h"
#include "data/feedback/mapping/field.h"

namespace braid {

struct Prompt {
  Conversation turns;
  Json tools = nullptr;
  std::string answer;  // the last turn, when the source names a conversation
};

class PromptFields {
 public:
  enum class Need { kPrompt, kPromptOrConversation, kNothing };
  // `fallback`: the template of a prompt that the source does not name.
  static PromptFields read(ObjectReader& object, Need need, const std::string& fallback = "");

  // Fills `prompt`, or returns the reason why it cannot be answered.
  std::string_view build(const Scope& scope, Prompt& prompt) const;

  // Text or turns as the row has them; nullopt when the source or the row has no prompt.
  std::optional<TextOrConversation> raw(const Scope& scope) const;

  // Puts the system text, if there is one, before turns that have none, and reads the tools.
  void add_context(const Scope& scope, Conversation& turns, Json& tools) const;

  bool holds_answer() const { return conversation_.has_value(); }

 private:
  std::optional<Field> prompt_, conversation_, system_, tools_;
  std::string user_marker_, assistant_marker_;  // empty: none
};

}  // namespace braid
