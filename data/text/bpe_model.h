// Byte-pair encoding, over bytes or over characters.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/text/bpe_merger.h"
#include "data/text/token_model.h"
#include "data/text/vocabulary.h"
#include "data/text/word_table.h"

namespace braid {

struct BpeSettings {
  bool byte_level = false;     // tokens are named in the byte alphabet
  bool ignore_merges = false;  // a piece that is a token is that token, whatever the merges make
  bool byte_fallback =
      false;              // a character that is no token becomes the tokens <0xNN> of its bytes
  bool fuse_unk = false;  // a run of unknown characters becomes one unknown token
  std::optional<int32_t> unk;             // without it unknown characters vanish
  std::string continuing_subword_prefix;  // of the name of a character that begins no piece
  std::string end_of_word_suffix;         // of the name of a character that ends a piece
};

using NamedMerges = std::vector<std::pair<std::string, std::string>>;  // best rank first

// The merges by id. Those that make a control token are left out, so that plain text never does.
// Error when one names no token, or comes twice.
std::vector<BpeMerger::Merge> resolve_merges(const NamedMerges& merges,
                                             const Vocabulary& vocabulary, size_t prefix_length);

class BpeModel final : public TokenModel {
 public:
  // Error on settings that do not go together. `vocabulary` is needed during construction only.
  BpeModel(const Vocabulary& vocabulary, const std::vector<BpeMerger::Merge>& merges,
           BpeSettings settings);

  void append(const Stretch& piece, ModelScratch& scratch, TokenSink& sink) const override;

 private:
  void check(const Vocabulary& vocabulary) const;
  void set_up_bytes(const Vocabulary& vocabulary);
  void set_up_characters(const Vocabulary& vocabulary);
  void index_words(const Vocabulary& vocabulary);
  void append_merged(const Stretch& piece, ModelScratch& scratch, TokenSink& sink) const;
  void cut_bytes(std::string_view piece, ModelScratch& scratch) const;
  void cut_characters(std::string_view piece, ModelScratch& scratch) const;
  int32_t character_id(std::string_view piece, size_t begin, size_t end, std::string& name) const;
  bool fall_back_to_bytes(std::string_view character, size_t begin, ModelScratch& scratch) const;

  BpeSettings settings_;
  BpeMerger merger_;
  std::array<int32_t, 256> byte_ids_;  // of one byte, or of <0xNN>; -1: there is none
  WordTable characters_;               // names of at most one character and its affixes
  WordTable words_;                    // pieces that end up as one token: most words of a text
};

}  // namespace braid
