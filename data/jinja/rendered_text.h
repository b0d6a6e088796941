// What a chat template produced, with the origin of every byte.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace braid {

struct ByteRange {
  size_t begin = 0;
  size_t end = 0;  // exclusive

  bool operator==(const ByteRange&) const = default;
};

// Ranges are sorted, disjoint, not empty, and never touch (neighbours are joined).
struct RenderedText {
  std::string text;
  // Bytes that came from feedback (message contents, roles, tools): plain text to a tokenizer,
  // whatever they look like. Everything else was written by the template or names a token of the
  // model.
  std::vector<ByteRange> foreign;
  std::vector<ByteRange> generated;  // what stood inside {% generation %} blocks
};

// `text` as something that came from feedback altogether.
RenderedText foreign_text(std::string text);

}  // namespace braid
