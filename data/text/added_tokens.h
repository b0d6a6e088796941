// Tokens that are matched in plain text before any splitting: "user-defined" tokens such as runs of
// spaces. Control tokens are never among them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace braid {

class AddedTokens {
 public:
  // `text` must not be empty; `id` is not checked.
  void add(std::string text, int32_t id);

  struct Match {
    size_t begin = std::string_view::npos;  // npos: no added token is left
    size_t length = 0;
    int32_t id = -1;
  };

  // The leftmost added token of `text` at or after `from`; the longest among those that begin
  // there.
  Match find(std::string_view text, size_t from) const;

  bool empty() const { return count_ == 0; }

 private:
  struct Token {
    std::string text;
    int32_t id;
  };
  std::array<std::vector<Token>, 256> by_first_byte_;  // longest first
  size_t count_ = 0;
};

}  // namespace braid
