// Code points from bytes, by table 3-7 of the Unicode standard (well-formed UTF-8 byte sequences).
#include "trainer/utf8_stream.h"

#include <cstddef>

namespace braid {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

enum class State { kComplete, kUnfinished, kInvalid };

struct Sequence {
  State state;
  size_t length;  // bytes of a complete or unfinished sequence, bytes to replace of an invalid one
};

bool within(unsigned char byte, unsigned low, unsigned high) { return byte >= low && byte <= high; }

Sequence first_sequence(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {State::kComplete, 1};
  const size_t length = within(lead, 0xc2, 0xdf)   ? 2
                        : within(lead, 0xe0, 0xef) ? 3
                        : within(lead, 0xf0, 0xf4) ? 4
                                                   : 0;
  if (length == 0) return {State::kInvalid, 1};
  for (size_t i = 1; i < length; ++i) {
    if (i == text.size()) return {State::kUnfinished, i};
    unsigned low = 0x80, high = 0xbf;
    if (i == 1) {
      if (lead == 0xe0) low = 0xa0;   // overlong
      if (lead == 0xed) high = 0x9f;  // surrogates
      if (lead == 0xf0) low = 0x90;   // overlong
      if (lead == 0xf4) high = 0x8f;  // above U+10FFFF
    }
    if (!within(byte(i), low, high)) return {State::kInvalid, i};
  }
  return {State::kComplete, length};
}

}  // namespace

std::string Utf8Stream::push(std::string_view bytes) {
  pending_ += bytes;
  std::string text;
  size_t done = 0;
  while (done < pending_.size()) {
    const Sequence next = first_sequence(std::string_view(pending_).substr(done));
    if (next.state == State::kUnfinished) break;
    text += next.state == State::kInvalid ? kReplacement
                                          : std::string_view(pending_).substr(done, next.length);
    done += next.length;
  }
  pending_.erase(0, done);
  return text;
}

std::string Utf8Stream::finish() {
  const bool cut = !pending_.empty();
  pending_.clear();
  return std::string(cut ? kReplacement : "");
}

}  // namespace braid
