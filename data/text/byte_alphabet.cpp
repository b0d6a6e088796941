// GPT-2's byte alphabet: printable Latin-1 characters stand for themselves, the other 68 bytes
// follow from U+0100 on, in order.
#include "data/text/byte_alphabet.h"

#include <array>
#include <cstdint>

namespace braid {
namespace {

struct ByteAlphabet {
  std::array<std::string, 256> characters;  // UTF-8 of each byte's character
  std::array<int16_t, 0x144> bytes;         // byte of each code point, -1 when none

  ByteAlphabet() {
    bytes.fill(-1);
    unsigned next = 0x100;
    for (unsigned byte = 0; byte < 256; ++byte) {
      const bool printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte != 0xad);
      const unsigned code = printable ? byte : next++;
      bytes[code] = static_cast<int16_t>(byte);
      std::string& character = characters[byte];
      if (code >= 0x80) character += static_cast<char>(0xc0 | (code >> 6));
      character += static_cast<char>(code < 0x80 ? code : 0x80 | (code & 63));
    }
  }
};

const ByteAlphabet& alphabet() {
  static const ByteAlphabet instance;
  return instance;
}

}  // namespace

std::string_view byte_character(unsigned char byte) { return alphabet().characters[byte]; }

std::optional<std::string> bytes_of_name(std::string_view name) {
  const auto& table = alphabet().bytes;
  std::string result;
  result.reserve(name.size());
  for (size_t i = 0; i < name.size(); ++i) {
    unsigned code = static_cast<unsigned char>(name[i]);
    if (code >= 0x80) {
      // All characters of the alphabet have one or two bytes.
      if ((code & 0xe0) != 0xc0 || i + 1 == name.size()) return std::nullopt;
      const unsigned second = static_cast<unsigned char>(name[++i]);
      if ((second & 0xc0) != 0x80) return std::nullopt;
      code = (code & 31) << 6 | (second & 63);
    }
    if (code >= table.size() || table[code] < 0) return std::nullopt;
    result += static_cast<char>(table[code]);
  }
  return result;
}

}  // namespace braid
