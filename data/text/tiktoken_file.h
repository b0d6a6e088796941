// tiktoken's rank files: on every line a token in base64 and its rank, which is its id. Text is
// merged by rank: of all adjacent pairs that make a token, the one that makes the lowest.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/text/pipeline_tokenizer.h"
#include "data/text/token_roles.h"

namespace braid {

// Whether `bytes` looks like a rank file (and not like a SentencePiece model).
bool is_tiktoken(std::string_view bytes);

// What a rank file does not say itself.
struct TiktokenRules {
  std::string pattern;                 // of the words, in Oniguruma's dialect
  std::vector<AddedTokenEntry> added;  // behind the ranks, by ascending id
};

// Llama 3's: its pattern and the 256 special tokens of Meta's layout, <|begin_of_text|> being
// 128000.
constexpr size_t kLlama3Ranks = 128000;
TiktokenRules llama3_rules();

size_t count_ranks(std::string_view bytes);

// Error, beginning with `where`, on malformed base64, ranks that come twice or leave a gap, a
// single byte without a rank, or added tokens whose ids do not follow the ranks without a gap.
// `special` is left empty.
Pipeline read_tiktoken(std::string_view bytes, const std::string& where,
                       const TiktokenRules& rules);

}  // namespace braid
