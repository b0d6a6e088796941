// Strings that remember where their bytes come from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/jinja/runtime.h"

namespace braid::jinja {

// What is known about the origin of bytes, as bits. No bit: the template or the model wrote them.
using Marks = uint8_t;
constexpr Marks kForeign = 1;    // from feedback
constexpr Marks kGenerated = 2;  // stood inside {% generation %}

struct Span {
  size_t begin = 0;
  size_t end = 0;  // exclusive
  Marks marks = 0;
};

// An immutable string. Its bytes and spans live in an arena, in the template, or in the variables
// given to the rendering. Spans are sorted, disjoint, not empty, with marks, and begin and end
// between characters.
struct Text {
  std::string_view bytes;
  const Span* spans = nullptr;
  size_t span_count = 0;
  bool markup = false;  // went through `safe` or `escape`: other text is escaped when added to it

  Marks marks_at(size_t offset) const;
};

// `bytes` must outlive the arena.
const Text* borrow(Arena& arena, std::string_view bytes, Marks marks = 0);
const Text* copy_text(Arena& arena, std::string_view bytes, Marks marks = 0);
// Bytes [begin, end) of `text`, without a copy.
const Text* substring(Arena& arena, const Text& text, size_t begin, size_t end);

// Puts a string together. Problem when it grows beyond the limit of the rendering.
class TextBuilder {
 public:
  explicit TextBuilder(Runtime& runtime) : runtime_(runtime) {}

  void append(std::string_view bytes, Marks marks = 0);
  void append(const Text& text, Marks more = 0) { append(text, 0, text.bytes.size(), more); }
  // Bytes [begin, end) of `text`, with their marks and `more`.
  void append(const Text& text, size_t begin, size_t end, Marks more = 0);
  void fill(size_t count, std::string_view bytes, Marks marks = 0);  // `count` times

  size_t size() const { return bytes_.size(); }
  std::string_view bytes() const { return bytes_; }
  const std::vector<Span>& spans() const { return spans_; }
  Runtime& runtime() const { return runtime_; }

  const Text* finish(bool markup = false);  // copied into the arena of the rendering
  std::string take_bytes() { return std::move(bytes_); }

 private:
  void reserve(size_t more);
  void mark(size_t begin, Marks marks);

  Runtime& runtime_;
  std::string bytes_;
  std::vector<Span> spans_;
};

}  // namespace braid::jinja
