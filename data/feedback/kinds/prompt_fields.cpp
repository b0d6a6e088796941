// Prompts from rows.
#include "data/feedback/kinds/prompt_fields.h"

#include <algorithm>

#include "base/error.h"
#include "data/feedback/mapping/scalars.h"
#include "data/feedback/turns.h"

namespace braid {
namespace {

Conversation split_at_markers(std::string_view text, std::string_view user,
                              std::string_view assistant) {
  Conversation turns;
  std::string role = "user";
  while (true) {
    const size_t end = std::min({text.find(user), text.find(assistant), text.size()});
    const std::string_view content = trimmed(text.substr(0, end));
    if (!turns.empty() || !content.empty()) turns.push_back({role, std::string(content)});
    if (end == text.size()) break;
    text.remove_prefix(end);
    role = text.starts_with(user) ? "user" : "assistant";
    text.remove_prefix(role == "user" ? user.size() : assistant.size());
  }
  // The empty turn that waits for the answer.
  if (!turns.empty() && turns.back().role == "assistant" && turns.back().content.empty()) {
    turns.pop_back();
  }
  return turns;
}

}  // namespace

PromptFields PromptFields::read(ObjectReader& object, Need need, const std::string& fallback) {
  PromptFields fields;
  fields.prompt_ = Field::read(object, "prompt");
  if (need == Need::kPromptOrConversation) {
    fields.conversation_ = Field::read(object, "conversation");
    if (fields.prompt_.has_value() == fields.conversation_.has_value()) {
      object.error("prompt", "give either prompt or conversation (which ends with the answer)");
    }
  } else if (!fields.prompt_ && !fallback.empty()) {
    const Json made = {{"prompt", {{"template", fallback}}}};
    ObjectReader reader(made, "built-in template");
    fields.prompt_ = Field::read(reader, "prompt");
  } else if (!fields.prompt_ && need == Need::kPrompt) {
    object.error("prompt", "is missing");
  }
  if (auto markers = object.object("markers")) {
    fields.user_marker_ = markers->require_string("user");
    fields.assistant_marker_ = markers->require_string("assistant");
    if (fields.user_marker_.empty() || fields.assistant_marker_.empty()) {
      object.error("markers", "a marker is empty");
    }
    markers->reject_unknown();
  }
  fields.system_ = Field::read(object, "system");
  fields.tools_ = Field::read(object, "tools");
  return fields;
}

std::optional<TextOrConversation> PromptFields::raw(const Scope& scope) const {
  if (!prompt_) return std::nullopt;
  Json scratch;
  const Json* value = prompt_->one(scope, scratch);
  if (value == nullptr) return std::nullopt;
  TextOrConversation prompt = read_turns(*value, prompt_->name());
  if (!prompt.is_text() || user_marker_.empty()) return prompt;
  return TextOrConversation{{}, split_at_markers(*prompt.text, user_marker_, assistant_marker_)};
}

void PromptFields::add_context(const Scope& scope, Conversation& turns, Json& tools) const {
  Json scratch;
  if (const Json* value = system_ ? system_->one(scope, scratch) : nullptr) {
    const auto text = scalar_text(*value);
    if (!text) fail("{}: expected text, got {}", system_->name(), describe_value(*value));
    const bool has_one = !turns.empty() && turns.front().role == "system";
    if (!has_one && !trimmed(*text).empty()) turns.insert(turns.begin(), {"system", *text});
  }
  if (const Json* value = tools_ ? tools_->one(scope, scratch) : nullptr) {
    tools = value->is_string() ? parse_json(value->get_ref<const std::string&>(), tools_->name())
                               : *value;
    if (!tools.is_array()) fail("{}: expected a list of function descriptions", tools_->name());
    if (tools.empty()) tools = nullptr;
  }
}

std::string_view PromptFields::build(const Scope& scope, Prompt& prompt) const {
  if (conversation_) {
    Json scratch;
    const Json& value = conversation_->require(scope, scratch);
    TextOrConversation turns = read_turns(value, conversation_->name());
    prompt.turns = prompt_conversation(std::move(turns));
    if (const auto flaw = take_answer(prompt.turns, prompt.answer); !flaw.empty()) return flaw;
  } else {
    auto turns = raw(scope);
    if (!turns) fail("{}: is missing", prompt_->name());
    prompt.turns = prompt_conversation(std::move(*turns));
  }
  add_context(scope, prompt.turns, prompt.tools);
  return prompt_flaw(prompt.turns);
}

}  // namespace braid
