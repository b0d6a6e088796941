// A tokenizer whose ids are bytes, with the two ChatML tokens; its model has no template of its
// own.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.h"
#include "data/text/tokenizer.h"

namespace braid::test {

class ByteTokenizer : public Tokenizer {
 public:
  static constexpr int32_t kTurnBegin = 256, kTurnEnd = 257;

  ByteTokenizer() { special_.stop = {kTurnEnd}; }

  std::vector<int32_t> encode(std::string_view text) const override {
    std::vector<int32_t> ids;
    for (const char c : text) {
      if (c == '\x01') fail("no token for this text");
      if (c != '~')
        ids.push_back(static_cast<unsigned char>(c));  // ~ stands for what is normalised away
    }
    return ids;
  }
  std::vector<int32_t> encode_rendered(const RenderedText& text) const override {
    std::vector<int32_t> ids;
    for (const TokenSpan& span : encode_spans(text)) ids.push_back(span.id);
    return ids;
  }
  std::vector<TokenSpan> encode_spans(const RenderedText& text) const override {
    std::vector<TokenSpan> spans;
    for (size_t at = 0; at < text.text.size();) {
      const int32_t control = control_at(text, at);
      const size_t length = control < 0 ? 1 : piece(control).size();
      if (control >= 0) spans.push_back({control, {at, at + length}});
      if (control < 0) {
        for (const int32_t id : encode(text.text.substr(at, 1)))
          spans.push_back({id, {at, at + 1}});
      }
      at += length;
    }
    return spans;
  }
  std::string decode(std::span<const int32_t> ids) const override {
    std::string text;
    for (const int32_t id : ids) text += piece(id);
    return text;
  }
  std::string piece(int32_t id) const override {
    if (id == kTurnBegin) return "<|im_start|>";
    if (id == kTurnEnd) return "<|im_end|>";
    return std::string(1, static_cast<char>(id));
  }
  int32_t vocab_size() const override { return 258; }
  std::optional<int32_t> special_id(std::string_view name) const override {
    if (name == "<|im_start|>") return kTurnBegin;
    if (name == "<|im_end|>") return kTurnEnd;
    return std::nullopt;
  }
  const SpecialTokens& special() const override { return special_; }
  std::string fingerprint() const override { return "bytes"; }

 private:
  // The control token whose name stands at `at` without a foreign byte; -1 when there is none.
  int32_t control_at(const RenderedText& text, size_t at) const {
    for (const int32_t id : {kTurnBegin, kTurnEnd}) {
      const std::string name = piece(id);
      if (text.text.compare(at, name.size(), name) != 0) continue;
      const bool foreign = std::ranges::any_of(text.foreign, [&](const ByteRange& range) {
        return range.begin < at + name.size() && range.end > at;
      });
      if (!foreign) return id;
    }
    return -1;
  }

  SpecialTokens special_;
};

}  // namespace braid::test
