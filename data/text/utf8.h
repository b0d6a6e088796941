// UTF-8. Everything that enters a tokenizer is validated once, so that the code behind need not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace braid {

// Offset of the first byte that does not belong to a well-formed sequence (no overlong forms, no
// surrogates, nothing above U+10FFFF), or npos when the text is valid.
size_t find_invalid_utf8(std::string_view text);

// Error with the offset when `text` is not UTF-8. `what` names the text ("the text to encode").
void require_utf8(std::string_view text, std::string_view what);

// Length of the character that begins with `lead`; valid text only.
constexpr size_t utf8_length(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

struct CodePoint {
  uint32_t value = 0;
  size_t length = 0;  // in bytes
};

// The character at `at`; valid text only.
inline CodePoint code_point_at(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(text[at + i]) & 0x3f; };
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xe0) return {(lead & 0x1fu) << 6 | byte(1), 2};
  if (lead < 0xf0) return {(lead & 0x0fu) << 12 | byte(1) << 6 | byte(2), 3};
  return {(lead & 0x07u) << 18 | byte(1) << 12 | byte(2) << 6 | byte(3), 4};
}

void append_utf8(std::string& text, uint32_t code_point);

bool is_ascii(std::string_view text);

// `bytes` with U+FFFD for whatever is not UTF-8: one for each longest beginning of a character, as
// the Unicode standard recommends and Python and Rust do.
std::string to_valid_utf8(std::string_view bytes);

}  // namespace braid
