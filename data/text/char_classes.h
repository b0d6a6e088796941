// The character classes that pre-tokenizers ask for, by table.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "data/text/utf8.h"

namespace braid {

class CharClasses {
 public:
  enum Class : uint8_t {
    kLetter = 1,  // \p{L}
    kNumber = 2,  // \p{N}
    kSpace = 4,   // White_Space
    // As Rust and its libraries have them:
    kPunctuation = 8,  // \p{P}, and all ASCII punctuation
    kWord = 16,        // Alphabetic, marks, decimal digits, connectors, joiners: \w
    kNumeric = 32,     // \p{N}, of a newer Unicode
  };

  // Made at first use from PCRE2's own properties, so that patterns and tables always agree.
  static const CharClasses& get();

  uint8_t of(uint32_t code_point) const {
    return blocks_[index_[code_point >> 8]][code_point & 0xff];
  }

  struct Char {
    uint8_t classes = 0;
    uint8_t length = 0;  // in bytes
  };
  Char at(std::string_view text, size_t at) const {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) return {ascii_[byte], 1};
    const CodePoint point = code_point_at(text, at);
    return {of(point.value), static_cast<uint8_t>(point.length)};
  }

 private:
  using Block = std::array<uint8_t, 256>;

  CharClasses();

  std::array<uint8_t, 128> ascii_;
  std::vector<uint16_t> index_;  // of the block, by the upper bits of a code point
  std::vector<Block> blocks_;
};

}  // namespace braid
