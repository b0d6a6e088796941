// Prompts that a pair does not name but shares: the longest common prefix of its two sides.
#pragma once

#include <cstddef>
#include <string_view>

#include "data/feedback/conversation.h"

namespace braid {

// Bytes of the prompt that two texts share: their longest common prefix, cut at a UTF-8 boundary
// and without trailing spaces, which belong to the answers. When one text is a prefix of the other,
// the prompt ends before the last word of the shorter, so that neither answer is empty.
size_t shared_prompt_bytes(std::string_view first, std::string_view second);

// Number of turns two conversations share, at most all but the last of the shorter.
size_t shared_prompt_turns(const Conversation& first, const Conversation& second);

}  // namespace braid
