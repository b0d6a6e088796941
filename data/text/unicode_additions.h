// What the Hugging Face tokenizers library knows about characters and PCRE2 and utf8proc may not:
// distributions ship these with Unicode 14 or 15, the library follows Unicode 16.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace braid {

struct CodeRange {
  uint32_t first = 0;
  uint32_t last = 0;  // inclusive
};

// Characters of a general category ("Lu") or a group of them ("L") that Unicode 14 lacks.
std::vector<CodeRange> newer_characters(std::string_view category);

// The library's own classes, by their difference from Unicode 14: word characters beyond letters,
// marks, decimal digits, letter numbers, connectors and joiners; numeric ones; punctuation, which
// follows an older Unicode.
std::span<const CodeRange> newer_word_characters();
std::span<const CodeRange> newer_numeric_characters();
std::span<const CodeRange> more_punctuation();
std::span<const CodeRange> less_punctuation();

}  // namespace braid
