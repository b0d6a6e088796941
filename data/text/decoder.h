// Decoders: from the names of tokens back to text, in steps that each rewrite the list of parts.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/text/pattern.h"
#include "data/text/pre_tokenizer.h"

namespace braid {

class DecoderStep {
 public:
  virtual ~DecoderStep() = default;

  virtual void apply(std::vector<std::string>& parts) const = 0;

  // Rewrites the name of one token into the bytes it stands for, as far as this step does that for
  // tokens by themselves.
  virtual void reveal(std::string& name) const { static_cast<void>(name); }
};

// The byte alphabet; what is not UTF-8 then becomes U+FFFD. Names outside the alphabet stay.
std::unique_ptr<DecoderStep> byte_level_decoder();
// Runs of <0xNN> become text, or one U+FFFD for each when they are none.
std::unique_ptr<DecoderStep> byte_fallback_decoder();
std::unique_ptr<DecoderStep> metaspace_decoder(std::string replacement, PrependScheme scheme);
std::unique_ptr<DecoderStep> fuse_decoder();  // one part
// Takes up to `start` times `character` from the start of a part, up to `stop` times from its end.
std::unique_ptr<DecoderStep> strip_decoder(std::string character, size_t start, size_t stop);
std::unique_ptr<DecoderStep> replace_decoder(std::string text, std::string content);
std::unique_ptr<DecoderStep> replace_decoder(Pattern pattern, std::string content);

class Decoder {
 public:
  Decoder() = default;
  explicit Decoder(std::vector<std::unique_ptr<DecoderStep>> steps) : steps_(std::move(steps)) {}

  // The text; without any step the names with a space between, as the Hugging Face library does.
  std::string decode(std::vector<std::string> names) const;
  std::string reveal(std::string name) const;

 private:
  std::vector<std::unique_ptr<DecoderStep>> steps_;
};

}  // namespace braid
