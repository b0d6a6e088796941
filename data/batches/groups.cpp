// Sizes and keys.
#include "data/batches/groups.h"

#include "base/hash.h"

namespace braid {

int64_t EncodedGroup::tokens() const {
  return static_cast<int64_t>(prompt.size()) + scored_tokens();
}

int64_t EncodedGroup::scored_tokens() const {
  int64_t total = 0;
  for (const TokenIds branch : branches) total += static_cast<int64_t>(branch.size());
  return total;
}

std::string prompt_key(TokenIds prompt) {
  return hash_hex({reinterpret_cast<const char*>(prompt.data()), prompt.size_bytes()});
}

}  // namespace braid
