// Failure of an internal check, and untrusted text inside messages.
#include "base/error.h"

namespace braid {
namespace {

constexpr size_t kQuotedBytes =
    96;  // enough for tensor names and key paths, short enough for one line

// Length of the UTF-8 sequence that begins `text` going by its first byte; 0 when the bytes do not
// follow suit.
size_t sequence_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const size_t length = first < 0x80                    ? 1
                        : first >= 0xc2 && first < 0xe0 ? 2
                        : first >= 0xe0 && first < 0xf0 ? 3
                        : first >= 0xf0 && first < 0xf5 ? 4
                                                        : 0;
  if (length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  }
  if (length < 3) return length;
  // Overlong forms, surrogates and values over U+10FFFF show in the second byte.
  const auto second = static_cast<unsigned char>(text[1]);
  const bool refused = (first == 0xe0 && second < 0xa0) || (first == 0xed && second >= 0xa0) ||
                       (first == 0xf0 && second < 0x90) || (first == 0xf4 && second >= 0x90);
  return refused ? 0 : length;
}

}  // namespace

std::string quote(std::string_view text) {
  std::string result = "\"";
  for (size_t i = 0; i < text.size();) {
    if (result.size() > kQuotedBytes) return result + "...\"";
    const char c = text[i];
    const size_t length = sequence_length(text.substr(i));
    const bool control = (c >= 0 && c < 0x20) || c == 0x7f;
    if (length == 0 || control) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
      ++i;
      continue;
    }
    if (c == '"' || c == '\\') result += '\\';
    result += text.substr(i, length);
    i += length;
  }
  return result + "\"";
}

void assertion_failed(const char* expression, const char* file, int line) {
  throw std::logic_error(
      fmt::format("internal error: {} does not hold ({}:{})", expression, file, line));
}

}  // namespace braid
