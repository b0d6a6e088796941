// Where the bytes of a text came from.
#include "data/text/stretch.h"

#include "data/text/utf8.h"

namespace braid {

std::vector<ByteRange> character_ranges(std::string_view text, size_t offset) {
  std::vector<ByteRange> ranges;
  ranges.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const size_t length = utf8_length(text[at]);
    ranges.insert(ranges.end(), length, {offset + at, offset + at + length});
    at += length;
  }
  return ranges;
}

}  // namespace braid
