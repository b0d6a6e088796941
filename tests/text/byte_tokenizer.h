// A tokenizer whose ids are bytes, with control tokens of the test's choice behind them: what
// templates and encoding do can be seen without a vocabulary in between.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "data/text/tokenizer.h"

namespace braid::test {

class ByteTokenizer : public Tokenizer {
 public:
  static constexpr int32_t kFirstControl = 256;
  // Of the default vocabulary.
  static constexpr int32_t kTurnBegin = 256, kTurnEnd = 257;

  // ChatML's tokens; the model has no template of its own.
  ByteTokenizer() : ByteTokenizer({"<|im_start|>", "<|im_end|>"}, {"<|im_end|>"}, "") {}

  ByteTokenizer(std::vector<std::string> control, const std::vector<std::string>& stop,
                std::string chat_template)
      : control_(std::move(control)) {
    for (const std::string& name : stop) special_.stop.push_back(special_id(name).value());
    special_.chat_template = std::move(chat_template);
  }

  SpecialTokens& special_tokens() { return special_; }

  // ~ stands for what is normalised away, \x01 for what cannot be encoded.
  std::vector<int32_t> encode(std::string_view text) const override {
    std::vector<int32_t> ids;
    for (const char c : text) {
      if (c == '\x01') fail("no token for this text");
      if (c != '~') ids.push_back(static_cast<unsigned char>(c));
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
        for (const int32_t id : encode(text.text.substr(at, 1))) {
          spans.push_back({id, {at, at + 1}});
        }
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
    if (id < kFirstControl) return std::string(1, static_cast<char>(id));
    return control_.at(static_cast<size_t>(id - kFirstControl));
  }
  int32_t vocab_size() const override {
    return kFirstControl + static_cast<int32_t>(control_.size());
  }
  std::optional<int32_t> special_id(std::string_view name) const override {
    const auto found = std::ranges::find(control_, name);
    if (found == control_.end()) return std::nullopt;
    return kFirstControl + static_cast<int32_t>(found - control_.begin());
  }
  const SpecialTokens& special() const override { return special_; }
  std::string fingerprint() const override { return "bytes"; }

 private:
  // The longest control token whose name stands at `at` without a foreign byte; -1: none.
  int32_t control_at(const RenderedText& text, size_t at) const {
    int32_t best = -1;
    for (const std::string& name : control_) {
      if (text.text.compare(at, name.size(), name) != 0) continue;
      const bool foreign = std::ranges::any_of(text.foreign, [&](const ByteRange& range) {
        return range.begin < at + name.size() && range.end > at;
      });
      const bool longer = best < 0 || name.size() > piece(best).size();
      if (!foreign && longer) best = *special_id(name);
    }
    return best;
  }

  std::vector<std::string> control_;
  SpecialTokens special_;
};

}  // namespace braid::test
