// A tokenizer whose ids are bytes, with the two ChatML tokens; its model has no template of its
// own.
#pragma once

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
  SpecialTokens special_;
};

}  // namespace braid::test
