// Bytes of generated tokens.
#pragma once

#include "data/text/tokenizer.h"

namespace braid {

// What `id` adds to a text. Embeddings are often padded beyond the tokenizer; such an id is no
// text, and is a byte that no text has.
inline std::string token_bytes(const Tokenizer& tokenizer, int32_t id) {
  return id < tokenizer.vocab_size() ? tokenizer.piece(id) : "\xff";
}

}  // namespace braid
