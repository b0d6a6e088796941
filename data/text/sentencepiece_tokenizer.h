// SentencePiece vocabularies (unigram and BPE), through SentencePiece's library.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "data/text/added_tokens.h"
#include "data/text/token_roles.h"
#include "data/text/tokenizer.h"

namespace sentencepiece {
class SentencePieceProcessor;
}

namespace braid {

// The special tokens that the model file itself names. It does not say whether BOS belongs in front
// of a text; models that have one were trained with it.
SpecialTokens sentencepiece_special_tokens(std::string_view model, const std::string& where);

// Thread-compatible: const use from several threads is safe.
class SentencePieceTokenizer final : public Tokenizer {
 public:
  // `model` is the content of a `tokenizer.model`; `where` names its file in errors. `added`: the
  // added tokens that the directory names, by ascending id, `special` when they are control tokens;
  // those that the model has say how it is matched. With `legacy` a model that puts a space in
  // front of a text (a "dummy prefix") does so on every stretch behind an added token, else only
  // when the text as a whole begins with it: `legacy` of transformers' Llama tokenizer. Error when
  // the model is damaged, an added id is another token's, or added ids do not follow the vocabulary
  // without a gap.
  SentencePieceTokenizer(std::string_view model, std::string where, SpecialTokens special,
                         const std::vector<AddedTokenEntry>& added = {}, bool legacy = true);
  ~SentencePieceTokenizer() override;

  std::vector<int32_t> encode(std::string_view text) const override;
  std::vector<int32_t> encode_rendered(const RenderedText& text) const override;
  std::vector<TokenSpan> encode_spans(const RenderedText& text) const override;

  // As the library decodes: byte pieces that do not form UTF-8 become U+FFFD.
  std::string decode(std::span<const int32_t> ids) const override;
  std::string piece(int32_t id) const override;
  int32_t vocab_size() const override { return static_cast<int32_t>(pieces_.size()); }
  std::optional<int32_t> special_id(std::string_view name) const override;
  const SpecialTokens& special() const override { return special_; }
  std::string fingerprint() const override { return fingerprint_; }

 private:
  using Processor = sentencepiece::SentencePieceProcessor;

  void add_token(const AddedTokenEntry& entry);
  void check_id(int32_t id) const;
  std::vector<TokenSpan> run(std::string_view text, std::span<const ByteRange> foreign) const;
  void append(const Processor& processor, std::string_view text, size_t offset,
              std::vector<TokenSpan>& spans) const;

  std::string where_;
  SpecialTokens special_;
  bool legacy_;
  std::unique_ptr<Processor> processor_;
  std::unique_ptr<Processor> continuing_;  // without dummy prefix; null when it is the same
  std::vector<std::string> pieces_;        // raw bytes by id
  std::map<std::string, int32_t, std::less<>> control_;
  AddedTokens added_;
  std::string fingerprint_;
};

}  // namespace braid
