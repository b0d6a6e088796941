// A tokenizer in stages, as the Hugging Face tokenizers library has them: added tokens,
// normalizers, added tokens of the normalized text, pre-tokenizers, model. Vocabularies of
// tokenizer.json, of tiktoken and (byte-level) of GGUF files all become one of these.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/text/added_tokens.h"
#include "data/text/decoder.h"
#include "data/text/normalizer.h"
#include "data/text/pre_tokenizer.h"
#include "data/text/token_model.h"
#include "data/text/tokenizer.h"
#include "data/text/vocabulary.h"

namespace braid {

struct Pipeline {
  explicit Pipeline(std::string where) : vocabulary(std::move(where)) {}

  Vocabulary vocabulary;
  AddedTokens raw_tokens;         // matched in the text as given
  AddedTokens normalized_tokens;  // matched in the normalized text; their `text` is normalized
  // Names that decoders see instead of a token's own: the normalized ones.
  std::vector<std::pair<int32_t, std::string>> decoded_names;
  std::vector<std::unique_ptr<Normalizer>> normalizers;
  std::vector<std::unique_ptr<PreTokenizer>> pre_tokenizers;
  bool asks_for_start = false;  // a pre-tokenizer looks at Stretch::at_start
  std::unique_ptr<TokenModel> model;
  Decoder decoder;
  SpecialTokens special;
  std::string fingerprint;  // of everything above
};

// Thread-compatible: const use from several threads is safe.
class PipelineTokenizer final : public Tokenizer {
 public:
  explicit PipelineTokenizer(Pipeline pipeline);

  std::vector<int32_t> encode(std::string_view text) const override;
  std::vector<int32_t> encode_rendered(const RenderedText& text) const override;
  std::vector<TokenSpan> encode_spans(const RenderedText& text) const override;
  std::string decode(std::span<const int32_t> ids) const override;
  std::string piece(int32_t id) const override;
  int32_t vocab_size() const override { return pipeline_.vocabulary.size(); }
  std::optional<int32_t> special_id(std::string_view name) const override;
  const SpecialTokens& special() const override { return pipeline_.special; }
  std::string fingerprint() const override { return pipeline_.fingerprint; }

 private:
  class Run;

  void check_id(int32_t id) const;
  TokenSink run(std::string_view text, std::span<const ByteRange> foreign, bool spans) const;

  Pipeline pipeline_;
  std::vector<std::string> decoded_names_;  // by id
};

// `text` behind all `normalizers`.
std::string normalize(const std::vector<std::unique_ptr<Normalizer>>& normalizers,
                      const std::string& text);

}  // namespace braid
