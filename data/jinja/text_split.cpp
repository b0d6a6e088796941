// Splitting as Python's str does it.
#include <algorithm>

#include "data/jinja/text_operations.h"
#include "data/jinja/unicode.h"

namespace braid::jinja {
namespace {

struct Stretch {
  size_t begin = 0;
  size_t end = 0;
};

Value part(Runtime& runtime, const Text& text, size_t begin, size_t end) {
  runtime.step();
  return text_value(substring(runtime.arena, text, begin, end));
}

// Runs of characters that are not white space.
std::vector<Stretch> words_of(std::string_view text) {
  std::vector<Stretch> words;
  bool inside = false;
  for (size_t i = 0; i < text.size();) {
    const CodePoint c = decode(text, i);
    const bool space = is_space(c.value);
    if (!space && !inside) words.push_back({i, i});
    inside = !space;
    i += c.length;
    if (inside) words.back().end = i;
  }
  return words;
}

}  // namespace

std::vector<Value> split(Runtime& runtime, const Text& text, const Text& separator, int64_t limit) {
  std::vector<Value> parts;
  size_t begin = 0;
  for (; limit != 0; limit -= limit > 0 ? 1 : 0) {
    const size_t found = find_text(runtime, text.bytes, separator.bytes, begin);
    if (found == std::string_view::npos) break;
    parts.push_back(part(runtime, text, begin, found));
    begin = found + separator.bytes.size();
  }
  parts.push_back(part(runtime, text, begin, text.bytes.size()));
  return parts;
}

std::vector<Value> split_from_right(Runtime& runtime, const Text& text, const Text& separator,
                                    int64_t limit) {
  // On the text read backwards, where the first match is the last one.
  const std::string backwards(text.bytes.rbegin(), text.bytes.rend());
  const std::string needle(separator.bytes.rbegin(), separator.bytes.rend());
  const size_t size = text.bytes.size();
  std::vector<Value> parts;
  size_t begin = 0;
  for (; limit != 0; limit -= limit > 0 ? 1 : 0) {
    const size_t found = find_text(runtime, backwards, needle, begin);
    if (found == std::string_view::npos) break;
    parts.push_back(part(runtime, text, size - found, size - begin));
    begin = found + needle.size();
  }
  parts.push_back(part(runtime, text, 0, size - begin));
  std::reverse(parts.begin(), parts.end());
  return parts;
}

std::vector<Value> split_words(Runtime& runtime, const Text& text, int64_t limit) {
  runtime.work(text.bytes.size() * sizeof(Stretch));
  const std::vector<Stretch> words = words_of(text.bytes);
  std::vector<Value> parts;
  for (size_t i = 0; i < words.size(); ++i) {
    if (limit >= 0 && i == static_cast<size_t>(limit)) {  // the rest, with its trailing space
      parts.push_back(part(runtime, text, words[i].begin, text.bytes.size()));
      break;
    }
    parts.push_back(part(runtime, text, words[i].begin, words[i].end));
  }
  return parts;
}

std::vector<Value> split_words_from_right(Runtime& runtime, const Text& text, int64_t limit) {
  runtime.work(text.bytes.size() * sizeof(Stretch));
  const std::vector<Stretch> words = words_of(text.bytes);
  std::vector<Value> parts;
  for (size_t i = words.size(); i > 0; --i) {
    if (limit >= 0 && words.size() - i == static_cast<size_t>(limit)) {
      parts.push_back(part(runtime, text, 0, words[i - 1].end));
      break;
    }
    parts.push_back(part(runtime, text, words[i - 1].begin, words[i - 1].end));
  }
  std::reverse(parts.begin(), parts.end());
  return parts;
}

std::vector<Value> split_lines(Runtime& runtime, const Text& text, bool keep_ends) {
  const std::string_view bytes = text.bytes;
  runtime.work(bytes.size());
  std::vector<Value> lines;
  size_t begin = 0;
  for (size_t i = 0; i < bytes.size();) {
    const CodePoint c = decode(bytes, i);
    size_t next = i + c.length;
    if (is_line_break(c.value)) {
      if (c.value == '\r' && next < bytes.size() && bytes[next] == '\n') ++next;
      lines.push_back(part(runtime, text, begin, keep_ends ? next : i));
      begin = next;
    }
    i = next;
  }
  if (begin < bytes.size()) lines.push_back(part(runtime, text, begin, bytes.size()));
  return lines;
}

}  // namespace braid::jinja
