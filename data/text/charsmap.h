// SentencePiece's normalisation table: a trie of texts and what they become. It is part of a
// `tokenizer.model`, and of a `tokenizer.json` as the normalizer "Precompiled".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace braid {

class Charsmap {
 public:
  // `table`: the size of a double-array trie (32 bit, little endian), the trie, and the replacement
  // texts, each ended by a zero byte. Every transition and every offset is checked here. Error,
  // beginning with `where`, when the table is damaged. An empty table has no entries.
  Charsmap(std::string_view table, const std::string& where);

  // What the shortest entry that begins `text` becomes, or nothing. (The longest would be natural;
  // the Hugging Face library takes the first that its trie gives.)
  std::optional<std::string_view> shortest(std::string_view text) const;

 private:
  std::vector<uint32_t> units_;
  std::string texts_;
};

// The end of the grapheme cluster of valid `text` that begins at `begin`.
size_t cluster_end(std::string_view text, size_t begin);

}  // namespace braid
