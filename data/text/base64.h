// Base64, as tokenizer files use it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace braid {

// The bytes that `text` encodes (the standard alphabet, padded, nothing else), or nothing when it
// is malformed.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace braid
