// Cuts text into the words inside which a byte-level BPE merges: a chain of split patterns.
//
// Every stage cuts each piece of the stage before: matches become pieces, and so does the text
// between them; a pattern sees nothing beyond its piece (look-around ends there). No text is lost.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace braid {

// GPT-2's pattern, which the ByteLevel component of tokenizer.json applies.
extern const std::string_view kGpt2Pattern;
extern const std::string_view kSingleDigitPattern;
extern const std::string_view kDigitRunPattern;

class Pretokenizer {
 public:
  // `patterns` in Oniguruma's dialect. Error, beginning with `where`, when one does not compile or
  // can match nothing.
  Pretokenizer(std::vector<std::string> patterns, const std::string& where);
  ~Pretokenizer();
  Pretokenizer(Pretokenizer&&) noexcept;
  Pretokenizer& operator=(Pretokenizer&&) noexcept;

  // Appends the words of `text` (valid UTF-8) to `words`; they view `text`. Error when a pattern
  // needs more than PCRE2's match limit.
  void split(std::string_view text, std::vector<std::string_view>& words) const;

  const std::vector<std::string>& patterns() const { return patterns_; }

 private:
  class Stage;

  std::vector<std::string> patterns_;
  std::vector<Stage> stages_;
};

}  // namespace braid
