// The tokenizer inside a GGUF file (`tokenizer.ggml.*`).
#pragma once

#include <memory>

#include "base/gguf.h"
#include "data/text/tokenizer.h"

namespace braid {

// Supported: `tokenizer.ggml.model` "gpt2" (byte-level BPE) with the split rules (`pre`) gpt-2,
// phi-2, mpt, olmo, smollm, starcoder, refact, codeshell, llama-bpe, qwen2 and llama.cpp's
// "default", and "llama" (SentencePiece BPE; a space goes in front of every stretch behind a
// control token, unless `add_space_prefix` is false). Error naming the model or rule otherwise.
// Tokens of the types control and unknown are control tokens; those of the type user-defined are
// matched in any text.
std::unique_ptr<Tokenizer> load_gguf_tokenizer(const GgufFile& file);

}  // namespace braid
