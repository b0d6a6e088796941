// Two answers to one prompt: the prompt named or shared, texts or conversations.
#include "data/feedback/split_pair.h"

#include "base/error.h"
#include "data/feedback/common_prefix.h"
#include "data/feedback/dialogue_text.h"
#include "data/feedback/row_forms.h"

namespace braid {
namespace {

std::string_view finish(Conversation prompt, std::string_view first, std::string_view second,
                        PairTexts& pair) {
  if (trimmed(first).empty() || trimmed(second).empty()) return "empty answer";
  if (trimmed(first) == trimmed(second)) return "chosen equals rejected";
  if (const auto flaw = prompt_flaw(prompt); !flaw.empty()) return flaw;
  pair = {std::move(prompt), std::string(first), std::string(second)};
  return {};
}

// Conversations that begin with their prompt and end with the answer.
std::string_view split_conversations(Conversation first, const Conversation& second,
                                     PairTexts& pair) {
  if (first.empty() || second.empty()) return "empty answer";
  if (first == second) return "chosen equals rejected";
  const size_t turns = shared_prompt_turns(first, second);
  if (turns == 0) return "no shared prompt";
  if (first.size() != turns + 1 || second.size() != turns + 1) {
    return "answers of several turns";
  }
  if (first.back().role != "assistant" || second.back().role != "assistant") {
    return "turns do not alternate";
  }
  if (calls_tools(first.back()) || calls_tools(second.back())) return "answer is a tool call";
  const std::string answer = std::move(first.back().content);
  first.pop_back();
  return finish(std::move(first), answer, second.back().content, pair);
}

std::string_view split_texts(const std::string& first, const std::string& second, PairTexts& pair) {
  if (is_dialogue_text(first) && is_dialogue_text(second)) {
    return split_conversations(parse_dialogue_text(first), parse_dialogue_text(second), pair);
  }
  if (trimmed(first) == trimmed(second)) return "chosen equals rejected";
  const size_t shared = shared_prompt_bytes(first, second);
  if (trimmed(std::string_view(first).substr(0, shared)).empty()) return "no shared prompt";
  return finish({{"user", first.substr(0, shared)}}, std::string_view(first).substr(shared),
                std::string_view(second).substr(shared), pair);
}

Conversation joined(Conversation prompt, const Conversation& answer) {
  prompt.insert(prompt.end(), answer.begin(), answer.end());
  return prompt;
}

}  // namespace

std::string_view split_pair(std::optional<TextOrConversation> prompt, TextOrConversation first,
                            TextOrConversation second, PairTexts& pair) {
  BRAID_ASSERT(first.is_text() == second.is_text());
  if (!prompt) {
    return first.is_text() ? split_texts(*first.text, *second.text, pair)
                           : split_conversations(std::move(first.turns), second.turns, pair);
  }
  const bool dialogue = prompt->is_text() && is_dialogue_text(*prompt->text);
  if (first.is_text()) {
    // The space after "Assistant:" belongs to the format.
    const std::string_view one = dialogue ? trimmed(*first.text) : *first.text;
    const std::string_view other = dialogue ? trimmed(*second.text) : *second.text;
    return finish(prompt_conversation(std::move(*prompt)), one, other, pair);
  }
  // A text beside whole conversations repeats their first turn, as in UltraFeedback.
  const bool repeated =
      prompt->is_text() && !first.turns.empty() && first.turns.front().role != "assistant";
  if (repeated) return split_conversations(std::move(first.turns), second.turns, pair);
  if (first.turns.empty() || second.turns.empty()) return "empty answer";
  const Conversation turns = prompt_conversation(std::move(*prompt));
  if (turns.empty()) return "empty prompt";
  return split_conversations(joined(turns, first.turns), joined(turns, second.turns), pair);
}

std::string_view read_pair_row(Row& row, FeedbackRecord& record) {
  TextOrConversation chosen = read_text_or_conversation(row, "chosen");
  TextOrConversation rejected = read_text_or_conversation(row, "rejected");
  if (chosen.is_text() != rejected.is_text()) {
    row.fields.error("rejected", "text and conversation mixed; give chosen and rejected one form");
  }
  std::optional<TextOrConversation> prompt;
  if (row.fields.has("prompt")) prompt = read_text_or_conversation(row, "prompt");
  PairTexts pair;
  const auto flaw = split_pair(std::move(prompt), std::move(chosen), std::move(rejected), pair);
  if (!flaw.empty()) return flaw;
  record.prompt = std::move(pair.prompt);
  record.chosen = std::move(pair.first);
  record.rejected = std::move(pair.second);
  return {};
}

}  // namespace braid
