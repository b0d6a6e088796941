// The tokenizer inside a GGUF file (`tokenizer.ggml.*`).
#pragma once

#include <memory>

#include "base/gguf.h"
#include "data/text/tokenizer.h"

namespace braid {

// Supported: `tokenizer.ggml.model` "gpt2" (byte-level BPE) with the split rules ("pre") of GPT-2,
// StarCoder and SmolLM or llama.cpp's "default", and "llama" (SentencePiece BPE). Error naming the
// model or rule otherwise.
std::unique_ptr<Tokenizer> load_gguf_tokenizer(const GgufFile& file);

}  // namespace braid
