// What the files beside a vocabulary say about its tokens.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace braid {

// A token as `added_tokens` of tokenizer.json or `added_tokens_decoder` of tokenizer_config.json
// describe it.
struct AddedTokenEntry {
  std::string content;
  int64_t id = -1;
  bool single_word = false;
  bool lstrip = false;
  bool rstrip = false;
  bool normalized = true;
  bool special = false;
};

// The members of one entry but its id. Error naming an unknown member or an empty content.
AddedTokenEntry read_added_token(ObjectReader& reader);

struct TokenRoles {
  std::vector<AddedTokenEntry> added;  // of tokenizer_config.json, by ascending id
  std::vector<std::string> names;      // tokens with a role, such as `eos_token`
  std::vector<int64_t> ids;            // ids that begin or end texts (`eos_token_id`)

  // Added tokens that may come from templates only.
  bool is_control(const AddedTokenEntry& entry) const;
};

}  // namespace braid
