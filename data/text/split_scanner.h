// The most common split patterns, scanned by hand: several times as fast as a pattern, with the
// same words (the tests compare both on every character).
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "data/text/char_classes.h"

namespace braid {

class SplitScanner {
 public:
  // A scanner for GPT-2's, Llama 3's or Qwen2's pattern; nothing for any other. Their matches leave
  // no gaps.
  static std::optional<SplitScanner> for_pattern(std::string_view pattern);

  // Where the word ends that begins at `at`; `text` is valid UTF-8, `at` inside it.
  size_t end_of_word(std::string_view text, size_t at) const {
    return digits_ == 0 ? gpt2_word(text, at) : llama3_word(text, at);
  }

 private:
  explicit SplitScanner(int digits) : classes_(&CharClasses::get()), digits_(digits) {}

  size_t gpt2_word(std::string_view text, size_t at) const;
  size_t llama3_word(std::string_view text, size_t at) const;
  size_t end_of_space(std::string_view text, size_t at, bool breaks_lines) const;

  const CharClasses* classes_;
  int digits_;  // the most in one word; 0: GPT-2's pattern
};

}  // namespace braid
