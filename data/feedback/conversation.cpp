// Reading conversations and checking that they can serve as prompts.
#include "data/feedback/conversation.h"

#include "base/error.h"
#include "data/feedback/dialogue_text.h"

namespace braid {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n\f\v";

bool is_role(std::string_view role) {
  return role == "system" || role == "user" || role == "assistant" || role == "tool";
}

// What a template may want to know beside role and content.
Json further_members(const Json& message) {
  Json rest = nullptr;
  for (const auto& [key, value] : message.items()) {
    if (key != "role" && key != "content" && !value.is_null()) rest[key] = value;
  }
  return rest;
}

Message read_message(const Json& value, const std::string& where, const std::string& path) {
  ObjectReader fields(value, where, path);
  Message message;
  message.role = fields.require_string("role");
  if (!is_role(message.role)) {
    fields.error("role", fmt::format("unknown role {}; use system, user, assistant or tool",
                                     quote(message.role)));
  }
  message.fields = further_members(value);
  // A turn that only calls tools has no text.
  message.content = message.role == "assistant" && calls_tools(message)
                        ? fields.string("content", "")
                        : fields.require_string("content");
  return message;
}

}  // namespace

TextOrConversation read_text_or_conversation(Row& row, const std::string& key) {
  const Json* value = row.fields.find(key);
  if (value == nullptr) row.fields.error(key, "is missing");
  TextOrConversation result;
  if (value->is_string()) {
    result.text = value->get<std::string>();
  } else if (value->is_array()) {
    for (const Json& element : *value) {
      result.turns.push_back(
          read_message(element, row.where, fmt::format("{}[{}]", key, result.turns.size())));
    }
  } else {
    row.fields.error(key, fmt::format("expected a string or a list of messages, got type {}",
                                      value->type_name()));
  }
  return result;
}

Conversation prompt_conversation(TextOrConversation prompt) {
  if (!prompt.is_text()) return std::move(prompt.turns);
  if (!is_dialogue_text(*prompt.text)) return {{"user", std::move(*prompt.text)}};
  Conversation turns = parse_dialogue_text(*prompt.text);
  if (turns.back().role == "assistant" && turns.back().content.empty()) turns.pop_back();
  return turns;
}

std::string_view prompt_flaw(const Conversation& prompt) {
  const size_t first = !prompt.empty() && prompt.front().role == "system" ? 1 : 0;
  if (prompt.size() == first) return "empty prompt";
  for (size_t i = first; i < prompt.size(); ++i) {
    const std::string_view role = prompt[i].role;
    const std::string_view before = i > first ? std::string_view(prompt[i - 1].role) : "";
    const bool fits = role == "assistant" ? before == "user" || before == "tool"
                      : role == "user"    ? before.empty() || before == "assistant"
                      : role == "tool"    ? before == "assistant" || before == "tool"
                                          : false;
    if (!fits) return "turns do not alternate";
  }
  if (prompt.back().role == "assistant") return "turns do not alternate";
  if (prompt.back().role == "tool") return "";
  return trimmed(prompt.back().content).empty() ? "empty prompt" : "";
}

bool calls_tools(const Message& message) { return message.fields.contains("tool_calls"); }

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(kWhiteSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhiteSpace) - begin + 1);
}

}  // namespace braid
