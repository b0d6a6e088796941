// Finds control tokens in a rendered conversation: only where no byte came from feedback.
#pragma once

#include <functional>
#include <string_view>

#include "data/text/added_tokens.h"
#include "data/text/tokenizer.h"

namespace braid {

// Calls `plain(begin, end)` and `control(match)` for the stretches of `text` in order. A control
// token is the leftmost-longest of `tokens` that touches no foreign byte.
void for_each_stretch(const RenderedText& text, const AddedTokens& tokens,
                      const std::function<void(size_t begin, size_t end)>& plain,
                      const std::function<void(const AddedTokens::Match&)>& control);

}  // namespace braid
