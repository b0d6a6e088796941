// Unigram: of all ways to cut a piece into tokens, the one with the best sum of scores.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "data/text/byte_trie.h"
#include "data/text/token_model.h"
#include "data/text/vocabulary.h"

namespace braid {

class UnigramModel final : public TokenModel {
 public:
  // `scores` by id. A run of unknown characters becomes one unknown token, or with `byte_fallback`
  // the tokens <0xNN> of its bytes when they are all there.
  UnigramModel(const Vocabulary& vocabulary, std::vector<double> scores, std::optional<int32_t> unk,
               bool byte_fallback);

  // Error when a character is unknown and there is no unknown token.
  void append(const Stretch& piece, ModelScratch& scratch, TokenSink& sink) const override;

 private:
  void find_paths(std::string_view piece, ModelScratch& scratch) const;
  void append_unknown(const Stretch& piece, size_t begin, size_t end, TokenSink& sink) const;
  int32_t token(std::string_view text) const;  // -1: not one
  int32_t require_unk() const;

  std::string where_;
  ByteTrie trie_;  // values: ids
  std::vector<double> scores_;
  std::optional<int32_t> unk_;
  double unk_score_ = 0;
  std::array<int32_t, 256> byte_ids_;  // -1: there is none, or no fallback
};

}  // namespace braid
