// HH-style dialogue text: "\n\nHuman: ...\n\nAssistant: ..." turns in one string.
#pragma once

#include <string_view>

#include "data/feedback/conversation.h"

namespace braid {

// True when the text opens with a "\n\nHuman:" marker.
bool is_dialogue_text(std::string_view text);

// Turns of a dialogue text, in order, as user and assistant messages; white space around a turn
// belongs to the format and is taken off. The turns need not alternate. Not empty.
Conversation parse_dialogue_text(std::string_view text);

}  // namespace braid
