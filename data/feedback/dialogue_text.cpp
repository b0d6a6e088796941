// Parsing of HH-style dialogue text.
#include "data/feedback/dialogue_text.h"

#include <algorithm>
#include <string>

#include "base/error.h"

namespace braid {
namespace {

constexpr std::string_view kHuman = "\n\nHuman:";
constexpr std::string_view kAssistant = "\n\nAssistant:";

}  // namespace

bool is_dialogue_text(std::string_view text) { return text.starts_with(kHuman); }

Conversation parse_dialogue_text(std::string_view text) {
  BRAID_ASSERT(is_dialogue_text(text));
  Conversation turns;
  while (!text.empty()) {
    const bool human = text.starts_with(kHuman);
    text.remove_prefix(human ? kHuman.size() : kAssistant.size());
    const std::string_view content =
        text.substr(0, std::min(text.find(kHuman), text.find(kAssistant)));
    turns.push_back({human ? "user" : "assistant", std::string(trimmed(content))});
    text.remove_prefix(content.size());
  }
  return turns;
}

}  // namespace braid
