// `tokenizer.json` of the Hugging Face tokenizers library.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "data/text/pipeline_tokenizer.h"
#include "data/text/token_roles.h"

namespace braid {

struct TokenizerJson {
  explicit TokenizerJson(const std::string& where) : pipeline(where) {}

  Pipeline pipeline;            // `special` is left empty
  std::vector<int32_t> prefix;  // what the post-processor puts in front of a text
  std::vector<int32_t> suffix;  // ... and behind it
};

// Reads every component exactly as the library does, or refuses it by name:
//   models BPE (without dropout) and Unigram;
//   normalizers NFC, NFD, NFKC, NFKD, Lowercase, Prepend, Replace, Strip, Precompiled, Sequence;
//   pre-tokenizers ByteLevel (last), Digits, Metaspace, Punctuation, Split, Whitespace,
//   WhitespaceSplit, Sequence;
//   post-processors ByteLevel, TemplateProcessing, Sequence;
//   decoders ByteFallback, ByteLevel, Fuse, Metaspace, Replace, Strip, Sequence.
// Also refused: unknown settings of a component, and files that the library reads differently from
// what they say (an added token with an id other than the library gives it).
// Entries of `roles.added` replace those of the same content, or are added behind them. Added
// tokens are control tokens when they are `special` or have a role.
TokenizerJson parse_tokenizer_json(const Json& json, const std::string& where,
                                   const TokenRoles& roles);

}  // namespace braid
