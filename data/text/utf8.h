// Validation of UTF-8: everything that enters a tokenizer passes it once, so that the code behind
// it need not check.
#pragma once

#include <string_view>

namespace braid {

// Offset of the first byte that does not belong to a well-formed sequence (no overlong forms, no
// surrogates, nothing above U+10FFFF), or npos when the text is valid.
size_t find_invalid_utf8(std::string_view text);

// Error with the offset when `text` is not UTF-8. `what` names the text ("the text to encode").
void require_utf8(std::string_view text, std::string_view what);

}  // namespace braid
