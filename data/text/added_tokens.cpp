// Leftmost-longest search. Added tokens are few and mostly share first bytes that are rare in text,
// so looking at each byte once is enough.
#include "data/text/added_tokens.h"

#include <algorithm>

namespace braid {

void AddedTokens::add(std::string text, int32_t id) {
  auto& tokens = by_first_byte_[static_cast<unsigned char>(text.front())];
  const auto position = std::find_if(tokens.begin(), tokens.end(), [&](const Token& token) {
    return token.text.size() < text.size();
  });
  tokens.insert(position, {std::move(text), id});
  ++count_;
}

AddedTokens::Match AddedTokens::find(std::string_view text, size_t from) const {
  if (empty()) return {};
  for (size_t i = from; i < text.size(); ++i) {
    for (const Token& token : by_first_byte_[static_cast<unsigned char>(text[i])]) {
      if (text.substr(i).starts_with(token.text)) return {i, token.text.size(), token.id};
    }
  }
  return {};
}

}  // namespace braid
