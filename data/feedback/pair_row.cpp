// Rows with "chosen" and "rejected": the prompt named or shared, texts or conversations.
#include "data/feedback/common_prefix.h"
#include "data/feedback/dialogue_text.h"
#include "data/feedback/rows.h"

namespace braid {
namespace {

std::string_view finish(Conversation prompt, std::string_view chosen, std::string_view rejected,
                        FeedbackRecord& record) {
  if (trimmed(chosen).empty() || trimmed(rejected).empty()) return "empty answer";
  if (trimmed(chosen) == trimmed(rejected)) return "chosen equals rejected";
  if (const auto flaw = prompt_flaw(prompt); !flaw.empty()) return flaw;
  record.prompt = std::move(prompt);
  record.chosen = chosen;
  record.rejected = std::string(rejected);
  return {};
}

// Conversations that begin with their prompt and end with the answer.
std::string_view split_conversations(Conversation chosen, const Conversation& rejected,
                                     FeedbackRecord& record) {
  if (chosen.empty() || rejected.empty()) return "empty answer";
  if (chosen == rejected) return "chosen equals rejected";
  const size_t turns = shared_prompt_turns(chosen, rejected);
  if (turns == 0) return "no shared prompt";
  if (chosen.size() != turns + 1 || rejected.size() != turns + 1) {
    return "answers of several turns";
  }
  if (chosen.back().role != "assistant" || rejected.back().role != "assistant") {
    return "turns do not alternate";
  }
  if (calls_tools(chosen.back()) || calls_tools(rejected.back())) return "answer is a tool call";
  const std::string answer = std::move(chosen.back().content);
  chosen.pop_back();
  return finish(std::move(chosen), answer, rejected.back().content, record);
}

std::string_view split_texts(const std::string& chosen, const std::string& rejected,
                             FeedbackRecord& record) {
  if (is_dialogue_text(chosen) && is_dialogue_text(rejected)) {
    return split_conversations(parse_dialogue_text(chosen), parse_dialogue_text(rejected), record);
  }
  if (trimmed(chosen) == trimmed(rejected)) return "chosen equals rejected";
  const size_t shared = shared_prompt_bytes(chosen, rejected);
  if (trimmed(std::string_view(chosen).substr(0, shared)).empty()) return "no shared prompt";
  return finish({{"user", chosen.substr(0, shared)}}, std::string_view(chosen).substr(shared),
                std::string_view(rejected).substr(shared), record);
}

Conversation joined(Conversation prompt, const Conversation& answer) {
  prompt.insert(prompt.end(), answer.begin(), answer.end());
  return prompt;
}

}  // namespace

std::string_view read_pair_row(Row& row, FeedbackRecord& record) {
  TextOrConversation chosen = read_text_or_conversation(row, "chosen");
  TextOrConversation rejected = read_text_or_conversation(row, "rejected");
  if (chosen.is_text() != rejected.is_text()) {
    row.fields.error("rejected", "text and conversation mixed; give chosen and rejected one form");
  }
  if (!row.fields.has("prompt")) {
    return chosen.is_text() ? split_texts(*chosen.text, *rejected.text, record)
                            : split_conversations(std::move(chosen.turns), rejected.turns, record);
  }
  TextOrConversation prompt = read_text_or_conversation(row, "prompt");
  const bool dialogue = prompt.is_text() && is_dialogue_text(*prompt.text);
  if (chosen.is_text()) {
    // The space after "Assistant:" belongs to the format.
    const std::string_view first = dialogue ? trimmed(*chosen.text) : *chosen.text;
    const std::string_view second = dialogue ? trimmed(*rejected.text) : *rejected.text;
    return finish(prompt_conversation(std::move(prompt)), first, second, record);
  }
  // A text beside whole conversations repeats their first turn, as in UltraFeedback.
  const bool repeated =
      prompt.is_text() && !chosen.turns.empty() && chosen.turns.front().role != "assistant";
  if (repeated) return split_conversations(std::move(chosen.turns), rejected.turns, record);
  if (chosen.turns.empty() || rejected.turns.empty()) return "empty answer";
  const Conversation turns = prompt_conversation(std::move(prompt));
  if (turns.empty()) return "empty prompt";
  return split_conversations(joined(turns, chosen.turns), joined(turns, rejected.turns), record);
}

}  // namespace braid
