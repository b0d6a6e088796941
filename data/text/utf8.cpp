// UTF-8.
#include "data/text/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/error.h"

namespace braid {
namespace {

// Length of the sequence at the start of `text`, whose first byte is not ASCII; 0 when malformed.
// The ranges of the second byte are those of table 3-7 of the Unicode standard.
size_t multibyte_length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  size_t length = 0;
  unsigned char low = 0x80, high = 0xbf;
  if (first >= 0xc2 && first <= 0xdf) {
    length = 2;
  } else if (first >= 0xe0 && first <= 0xef) {
    length = 3;
    if (first == 0xe0) low = 0xa0;
    if (first == 0xed) high = 0x9f;
  } else if (first >= 0xf0 && first <= 0xf4) {
    length = 4;
    if (first == 0xf0) low = 0x90;
    if (first == 0xf4) high = 0x8f;
  }
  if (length == 0 || length > text.size() || byte(1) < low || byte(1) > high) return 0;
  for (size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  return length;
}

// Bytes at the start of malformed `text` that one U+FFFD stands for: at least one, and more when
// they could begin a character.
size_t malformed_length(std::string_view text) {
  for (size_t length = std::min<size_t>(3, text.size()); length > 1; --length) {
    const std::string completed = std::string(text.substr(0, length)) + "\x80\x80";
    if (multibyte_length(completed) > length) return length;
  }
  return 1;
}

}  // namespace

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<signed char>(c) >= 0; });
}

void append_utf8(std::string& text, uint32_t code_point) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | (code_point >> shift & 63)); };
  if (code_point < 0x80) {
    text += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    text += {static_cast<char>(0xc0 | code_point >> 6), tail(0)};
  } else if (code_point < 0x10000) {
    text += {static_cast<char>(0xe0 | code_point >> 12), tail(6), tail(0)};
  } else {
    text += {static_cast<char>(0xf0 | code_point >> 18), tail(12), tail(6), tail(0)};
  }
}

std::string to_valid_utf8(std::string_view bytes) {
  std::string text;
  for (;;) {
    const size_t bad = find_invalid_utf8(bytes);
    text += bytes.substr(0, bad);
    if (bad == std::string_view::npos) return text;
    text += "\ufffd";
    bytes.remove_prefix(bad + malformed_length(bytes.substr(bad)));
  }
}

size_t find_invalid_utf8(std::string_view text) {
  constexpr uint64_t kHighBits = 0x8080808080808080;
  for (size_t i = 0; i < text.size();) {
    uint64_t word = 0;
    if (i + sizeof(word) <= text.size()) {
      std::memcpy(&word, text.data() + i, sizeof(word));
      if ((word & kHighBits) == 0) {
        i += sizeof(word);
        continue;
      }
    }
    if (static_cast<unsigned char>(text[i]) < 0x80) {
      ++i;
      continue;
    }
    const size_t length = multibyte_length(text.substr(i));
    if (length == 0) return i;
    i += length;
  }
  return std::string_view::npos;
}

void require_utf8(std::string_view text, std::string_view what) {
  const size_t offset = find_invalid_utf8(text);
  if (offset == std::string_view::npos) return;
  fail("{} is not UTF-8: byte 0x{:02x} at offset {}; convert it to UTF-8", what,
       static_cast<unsigned>(static_cast<unsigned char>(text[offset])), offset);
}

}  // namespace braid
