#include "data/jinja/text.h"

#include <algorithm>

namespace braid::jinja {
namespace {

const Span* first_span_after(const Text& text, size_t offset) {
  return std::upper_bound(text.spans, text.spans + text.span_count, offset,
                          [](size_t at, const Span& span) { return at < span.end; });
}

}  // namespace

Marks Text::marks_at(size_t offset) const {
  const Span* span = first_span_after(*this, offset);
  return span != spans + span_count && span->begin <= offset ? span->marks : Marks{0};
}

const Text* borrow(Arena& arena, std::string_view bytes, Marks marks) {
  Text* text = arena.make<Text>();
  text->bytes = bytes;
  if (marks != 0 && !bytes.empty()) {
    text->spans = arena.make<Span>(Span{0, bytes.size(), marks});
    text->span_count = 1;
  }
  return text;
}

const Text* copy_text(Arena& arena, std::string_view bytes, Marks marks) {
  return borrow(arena, arena.copy(bytes), marks);
}

const Text* substring(Arena& arena, const Text& text, size_t begin, size_t end) {
  if (begin == 0 && end == text.bytes.size()) return &text;
  Text* part = arena.make<Text>();
  part->bytes = text.bytes.substr(begin, end - begin);
  part->markup = text.markup;
  if (begin == end) return part;
  const Span* first = first_span_after(text, begin);
  const Span* last = first;
  while (last != text.spans + text.span_count && last->begin < end) ++last;
  if (first == last) return part;
  part->span_count = static_cast<size_t>(last - first);
  Span* spans = arena.array<Span>(part->span_count);
  for (size_t i = 0; i < part->span_count; ++i) {
    spans[i] = {std::max(first[i].begin, begin) - begin, std::min(first[i].end, end) - begin,
                first[i].marks};
  }
  part->spans = spans;
  return part;
}

void TextBuilder::reserve(size_t more) {
  if (more > runtime_.max_text() || bytes_.size() > runtime_.max_text() - more) {
    runtime_.text_too_long();
  }
  runtime_.work(more);
}

// Marks everything from `begin` to the end; joins the stretch before when it has the same marks.
void TextBuilder::mark(size_t begin, Marks marks) {
  if (marks == 0 || begin == bytes_.size()) return;
  if (!spans_.empty() && spans_.back().end == begin && spans_.back().marks == marks) {
    spans_.back().end = bytes_.size();
  } else {
    spans_.push_back({begin, bytes_.size(), marks});
  }
}

void TextBuilder::append(std::string_view bytes, Marks marks) {
  reserve(bytes.size());
  const size_t begin = bytes_.size();
  bytes_.append(bytes);
  mark(begin, marks);
}

void TextBuilder::append(const Text& text, size_t begin, size_t end, Marks more) {
  if (text.span_count == 0) return append(text.bytes.substr(begin, end - begin), more);
  const Span* span = first_span_after(text, begin);
  const Span* const spans_end = text.spans + text.span_count;
  while (begin < end) {
    Marks marks = more;
    size_t stop = end;
    if (span != spans_end && span->begin <= begin) {
      marks |= span->marks;
      stop = std::min(span->end, end);
      ++span;
    } else if (span != spans_end) {
      stop = std::min(span->begin, end);
    }
    append(text.bytes.substr(begin, stop - begin), marks);
    begin = stop;
  }
}

void TextBuilder::fill(size_t count, std::string_view bytes, Marks marks) {
  if (count == 0 || bytes.empty()) return;
  if (count > runtime_.max_text() / bytes.size()) runtime_.text_too_long();
  reserve(count * bytes.size());
  const size_t begin = bytes_.size();
  if (bytes.size() == 1) {
    bytes_.append(count, bytes[0]);
  } else {
    for (size_t i = 0; i < count; ++i) bytes_.append(bytes);
  }
  mark(begin, marks);
}

const Text* TextBuilder::finish(bool markup) {
  Arena& arena = runtime_.arena;
  Text* text = arena.make<Text>();
  text->bytes = arena.copy(bytes_);
  text->markup = markup;
  if (!spans_.empty()) {
    Span* spans = arena.array<Span>(spans_.size());
    std::copy(spans_.begin(), spans_.end(), spans);
    text->spans = spans;
    text->span_count = spans_.size();
  }
  return text;
}

}  // namespace braid::jinja
