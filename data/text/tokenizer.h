// Text to token ids and back. One interface, one adapter per vocabulary kind.
//
// `encode` never produces special tokens: "<|im_end|>" in a feedback text is plain text. Control
// tokens come from the chat template only: `encode_rendered` recognises them where the template,
// not the feedback, wrote them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/jinja/rendered_text.h"

namespace braid {

// What the model's files say about special tokens and templates.
struct SpecialTokens {
  std::optional<int32_t> bos;
  std::vector<int32_t>
      stop;  // every id that ends an answer; the first is the one appended to answers
  std::optional<int32_t> pad;
  bool add_bos = false;       // the model expects BOS in front of a raw text
  bool add_eos = false;       // ... and a token behind it
  std::string chat_template;  // Jinja source, empty when the model has none
  std::map<std::string, std::string> named_templates;  // further templates, such as "tool_use"
};

struct TokenSpan {
  int32_t id = -1;
  ByteRange bytes;  // of the text; may be empty (a prefix space) or shared (bytes of one character)

  bool operator==(const TokenSpan&) const = default;
};

class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  // Ids of a text that stands at the start: what `encode_rendered` makes of it when all of it is
  // foreign. Error on invalid UTF-8. Bytes that a byte-level vocabulary lacks (SmolLM2: 21, among
  // them control characters) are left out, as in the reference implementations.
  virtual std::vector<int32_t> encode(std::string_view text) const = 0;

  // Ids of a rendered conversation, as the Hugging Face tokenizer gives them without adding special
  // tokens: the names of control tokens become those tokens, except where one byte of the name is
  // foreign. Error on invalid UTF-8.
  virtual std::vector<int32_t> encode_rendered(const RenderedText& text) const = 0;

  // The same ids, each with the bytes of `text.text` it came from: whole characters, so that tokens
  // that share a character share its bytes.
  virtual std::vector<TokenSpan> encode_spans(const RenderedText& text) const = 0;

  // As the reference implementations decode without skipping anything: special tokens appear by
  // their name, and U+FFFD stands for cut characters, so that this is always UTF-8.
  virtual std::string decode(std::span<const int32_t> ids) const = 0;
  virtual std::string piece(int32_t id) const = 0;  // raw bytes the id stands for
  virtual int32_t vocab_size() const = 0;
  virtual std::optional<int32_t> special_id(
      std::string_view name) const = 0;  // control tokens only
  virtual const SpecialTokens& special() const = 0;
  virtual std::string fingerprint() const = 0;  // hash of vocabulary and rules: part of cache keys
};

// Loads the tokenizer of a model: a GGUF file, or a Hugging Face directory (`tokenizer.json`, else
// `tokenizer.model`), or a `tokenizer.model` itself (SentencePiece, or Llama 3's rank file). Error
// names what is missing or which component is not supported.
std::unique_ptr<Tokenizer> load_tokenizer(const std::filesystem::path& model_path);

}  // namespace braid
