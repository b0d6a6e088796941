// Byte-level BPE (GPT-2, SmolLM2, ...): added tokens, split patterns, then merges over bytes.
#pragma once

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "data/text/added_tokens.h"
#include "data/text/bpe_merger.h"
#include "data/text/pretokenizer.h"
#include "data/text/tokenizer.h"

namespace braid {

enum class TokenKind : uint8_t {
  kNormal,       // made by merges; named in the byte alphabet
  kControl,      // placed by templates only; named by its own text
  kUserDefined,  // matched in plain text as it is; named by its own text
  kUnused,       // an id without a token
};

// What a model's files say, as read; checked by `ByteLevelBpe`.
struct ByteLevelVocabulary {
  std::string where;                                        // file, begins every error
  std::vector<std::string> names;                           // by id
  std::vector<TokenKind> kinds;                             // by id
  std::vector<std::pair<std::string, std::string>> merges;  // names, best rank first
  std::vector<std::string> patterns;                        // of the Pretokenizer
  bool ignore_merges = false;  // a word that is a token is that token, whatever the merges make
  SpecialTokens special;
};

// Thread-compatible: const use from several threads is safe.
class ByteLevelBpe final : public Tokenizer {
 public:
  // Error on two ids with one name, merges that name no token or come twice.
  explicit ByteLevelBpe(ByteLevelVocabulary vocabulary);

  std::vector<int32_t> encode(std::string_view text) const override;
  std::vector<int32_t> encode_rendered(const RenderedText& text) const override;
  std::vector<TokenSpan> encode_spans(const RenderedText& text) const override;
  std::string decode(std::span<const int32_t> ids) const override;
  std::string piece(int32_t id) const override;
  int32_t vocab_size() const override { return static_cast<int32_t>(pieces_.size()); }
  std::optional<int32_t> special_id(std::string_view name) const override;
  const SpecialTokens& special() const override { return special_; }
  std::string fingerprint() const override { return fingerprint_; }

 private:
  using Ids = std::unordered_map<std::string_view, int32_t>;  // keys view pieces_ or names

  const std::string& piece_at(int32_t id) const;
  void index_whole_words(const ByteLevelVocabulary& vocabulary);
  void append_word(std::string_view word, std::vector<int32_t>& scratch,
                   std::vector<int32_t>& ids) const;

  std::string where_;
  std::vector<std::string> pieces_;    // raw bytes by id
  std::array<int32_t, 256> byte_ids_;  // -1: the vocabulary lacks the byte
  BpeMerger merger_;
  Pretokenizer pretokenizer_;
  AddedTokens added_;
  AddedTokens control_tokens_;
  Ids control_;
  Ids whole_words_;  // words that end up as one token: most words of a text
  SpecialTokens special_;
  std::string fingerprint_;
};

}  // namespace braid
