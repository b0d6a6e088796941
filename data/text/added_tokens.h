// Tokens that are matched in a text as they are, before the model sees it: control tokens, and
// "user-defined" tokens such as runs of spaces. The rules are those of the Hugging Face tokenizers
// library.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/text/byte_trie.h"
#include "data/text/stretch.h"

namespace braid {

struct AddedToken {
  std::string text;
  int32_t id = -1;
  bool control = false;      // matched only where no byte of it is foreign
  bool lstrip = false;       // takes the white space on its left
  bool rstrip = false;       // ... on its right
  bool single_word = false;  // matched only where no word character touches it
};

// Which bytes of the given text came from feedback.
class ForeignBytes {
 public:
  explicit ForeignBytes(std::span<const ByteRange> ranges) : ranges_(ranges) {}  // sorted, disjoint

  bool none() const { return ranges_.empty(); }
  bool touches(ByteRange range) const;

 private:
  std::span<const ByteRange> ranges_;
};

class AddedTokens {
 public:
  // `token.text` must not be empty. Returns false, and changes nothing, when that text is there.
  bool add(AddedToken token);
  bool empty() const { return tokens_.empty(); }
  bool has_control() const { return has_control_; }

  struct Match {
    size_t begin = 0;  // with the white space it takes; may lie before the end of the match before
    size_t end = 0;
    const AddedToken* token = nullptr;
  };

  // Walks the matches of a stretch from left to right: the leftmost, the longest among those that
  // begin there; a match that `single_word` forbids is passed over, it hides those inside it.
  class Scan {
   public:
    // `offset`: of the stretch in the given text, when its source is not tracked.
    Scan(const AddedTokens& tokens, const Stretch& text, size_t offset, const ForeignBytes& foreign)
        : tokens_(tokens), text_(text), offset_(offset), foreign_(foreign) {}

    std::optional<Match> next();

   private:
    const AddedToken* longest_at(size_t at) const;
    bool is_foreign(size_t begin, size_t end) const;
    Match strip(const AddedToken& token, size_t begin, size_t end) const;

    const AddedTokens& tokens_;
    Stretch text_;
    size_t offset_;
    const ForeignBytes& foreign_;
    size_t search_ = 0;  // where to look for the next match
    size_t taken_ = 0;   // end of the match before, with its white space
  };

 private:
  size_t find_first_byte(std::string_view text, size_t from) const;

  std::vector<AddedToken> tokens_;
  ByteTrie trie_;            // values: indices into tokens_
  std::string first_bytes_;  // all different
  std::array<bool, 256> is_first_ = {};
  bool has_control_ = false;
};

}  // namespace braid
