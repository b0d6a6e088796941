// Reading of messages in many spellings.
#include "data/feedback/turns.h"

#include <algorithm>

#include "base/error.h"
#include "data/feedback/mapping/scalars.h"

namespace braid {
namespace {

struct RoleName {
  std::string_view name, role;
};

constexpr RoleName kRoles[] = {
    {"system", "system"},       {"user", "user"},     {"human", "user"},    {"prompter", "user"},
    {"assistant", "assistant"}, {"gpt", "assistant"}, {"bot", "assistant"}, {"model", "assistant"},
    {"chatgpt", "assistant"},   {"tool", "tool"},     {"function", "tool"}, {"observation", "tool"},
};

std::string_view find_role(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  for (const RoleName& role : kRoles) {
    if (role.name == name) return role.role;
  }
  return {};
}

const Json* first_of(const Json& object, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    const auto found = object.find(key);
    if (found != object.end() && !found->is_null()) return &*found;
  }
  return nullptr;
}

std::string join_parts(const Json& parts, const std::string& field) {
  std::string text;
  for (const Json& part : parts) {
    const Json* words = part.is_object() ? first_of(part, {"text"}) : &part;
    if (words == nullptr || !words->is_string()) {
      fail("{}: a part of the content is not text; only text can be learnt from", field);
    }
    text += words->get_ref<const std::string&>();
  }
  return text;
}

Message read_message(const Json& value, const std::string& field) {
  if (!value.is_object()) fail("{}: expected a message, got {}", field, describe_value(value));
  Message message;
  const Json* role = first_of(value, {"role", "from"});
  if (role == nullptr || !role->is_string()) fail("{}: the message has no role", field);
  message.role = find_role(role->get<std::string>());
  if (message.role.empty()) {
    fail("{}: unknown role {}; use system, user, assistant or tool", field,
         quote(role->get_ref<const std::string&>()));
  }
  for (const char* key : {"tool_calls", "tool_call_id", "name", "reasoning_content"}) {
    if (const Json* member = first_of(value, {key})) message.fields[key] = *member;
  }
  const Json* content = first_of(value, {"content", "value", "text"});
  if (content == nullptr) {
    if (!calls_tools(message)) fail("{}: the message has no content", field);
  } else if (content->is_array()) {
    message.content = join_parts(*content, field);
  } else {
    const auto text = scalar_text(*content);
    if (!text) fail("{}: expected text as content, got {}", field, describe_value(*content));
    message.content = *text;
  }
  return message;
}

}  // namespace

TextOrConversation read_turns(const Json& value, const std::string& field) {
  TextOrConversation result;
  if (value.is_array()) {
    for (const Json& element : value) {
      result.turns.push_back(
          read_message(element, fmt::format("{}[{}]", field, result.turns.size())));
    }
  } else if (value.is_object()) {
    result.turns.push_back(read_message(value, field));
  } else {
    result.text = scalar_text(value);
    if (!result.text) fail("{}: expected text or messages, got null", field);
  }
  return result;
}

std::string_view take_answer(Conversation& turns, std::string& answer) {
  if (turns.empty()) return "empty answer";
  if (turns.back().role != "assistant") return "turns do not alternate";
  if (calls_tools(turns.back())) return "answer is a tool call";
  answer = std::move(turns.back().content);
  turns.pop_back();
  return trimmed(answer).empty() ? "empty answer" : "";
}

std::string_view read_answer(const Json& value, const std::string& field, std::string& answer) {
  TextOrConversation turns = read_turns(value, field);
  if (!turns.is_text()) return take_answer(turns.turns, answer);
  answer = std::move(*turns.text);
  return trimmed(answer).empty() ? "empty answer" : "";
}

}  // namespace braid
