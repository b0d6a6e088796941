// Encoded groups: one prompt and its branches as token ids, ready to be packed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/feedback/records.h"

namespace braid {

using TokenIds = std::span<const int32_t>;

// A group while it is made. It has 1 branch (demonstration), 2 (pair: chosen, rejected) or more
// (ranking, options; best first).
struct GroupTokens {
  std::vector<int32_t> prompt;                 // not empty
  std::vector<std::vector<int32_t>> branches;  // each not empty; ends in its stop token unless cut
  double margin = 1.0;
  double weight = 1.0;
  std::string source = {};
  Provenance where = {};
  std::string key =
      {};  // 32 hexadecimal digits: hash of the prompt; decides the split, names the group
};

// A group as training reads it: a view into a GroupStore.
struct EncodedGroup {
  TokenIds prompt;
  std::span<const TokenIds> branches;
  double margin = 1.0;
  double weight = 1.0;
  std::string_view source;
  struct {
    std::string_view file;
    int64_t line = 0;
  } where;
  std::string_view key;

  int64_t tokens() const;         // prompt once + all branches
  int64_t scored_tokens() const;  // all branches
};

// The key of a prompt.
std::string prompt_key(TokenIds prompt);

}  // namespace braid
