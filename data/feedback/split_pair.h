// Two answers to one prompt, told apart from the prompt they may repeat.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "data/feedback/conversation.h"

namespace braid {

struct PairTexts {
  Conversation prompt;
  std::string first, second;
};

// Fills `pair`, or returns the reason why it cannot be compared. `first` and `second` are both text
// or both conversations.
//
// - Without a prompt the longest common prefix is the prompt (common_prefix.h); texts in the HH
// form
//   are parsed into turns first.
// - Conversations beside a prompt continue it, unless they begin with a turn of their own beside a
//   text: then the text repeats that turn, as in UltraFeedback, and is ignored.
std::string_view split_pair(std::optional<TextOrConversation> prompt, TextOrConversation first,
                            TextOrConversation second, PairTexts& pair);

}  // namespace braid
