// `tokenizer.json` of the Hugging Face tokenizers library, as far as byte-level BPE needs it.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "data/text/byte_level_bpe.h"

namespace braid {

struct TokenizerJson {
  ByteLevelVocabulary vocabulary;        // `special` is left empty
  std::vector<std::string> text_prefix;  // special tokens that the post-processor puts in front
};

// Accepts a BPE model with pre-tokenizers ByteLevel, Digits, Split (regex, isolated) and sequences
// of them. Everything else is refused by name: another model, any normalizer, other pre-tokenizers,
// decoders or post-processors, and unknown settings. Added tokens are control tokens when they are
// `special` or named in `role_tokens`, else they are matched in plain text.
TokenizerJson parse_tokenizer_json(const Json& json, const std::string& where,
                                   const std::vector<std::string>& role_tokens);

// True when the file holds a converted SentencePiece vocabulary (BPE with byte fallback, or
// unigram), which `tokenizer.model` beside it holds in the original form.
bool is_converted_sentencepiece(const Json& json);

}  // namespace braid
