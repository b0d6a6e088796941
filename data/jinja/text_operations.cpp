#include "data/jinja/text_operations.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "data/jinja/unicode.h"

namespace braid::jinja {
namespace {

// Start of the character that ends at byte `end`.
size_t character_before(std::string_view text, size_t end) {
  size_t at = end - 1;
  while (at > 0 && end - at < 4 && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) --at;
  return at + decode(text, at).length == end ? at : end - 1;
}

size_t skip_left(std::string_view text, const std::function<bool(char32_t)>& drops) {
  size_t at = 0;
  while (at < text.size()) {
    const CodePoint c = decode(text, at);
    if (!drops(c.value)) break;
    at += c.length;
  }
  return at;
}

size_t skip_right(std::string_view text, size_t begin, const std::function<bool(char32_t)>& drops) {
  size_t end = text.size();
  while (end > begin) {
    const size_t at = character_before(text, end);
    if (!drops(decode(text, at).value)) break;
    end = at;
  }
  return end;
}

std::vector<char32_t> sorted_characters(std::string_view text) {
  std::vector<char32_t> characters;
  for (size_t i = 0; i < text.size();) {
    const CodePoint c = decode(text, i);
    characters.push_back(c.value);
    i += c.length;
  }
  std::sort(characters.begin(), characters.end());
  return characters;
}

std::string reversed_bytes(std::string_view text) { return {text.rbegin(), text.rend()}; }

}  // namespace

size_t find_text(Runtime& runtime, std::string_view text, std::string_view needle, size_t from) {
  if (from > text.size()) return std::string_view::npos;
  if (needle.empty()) return from;
  // Also keeps empty texts, which may have no address, away from memmem.
  if (needle.size() > text.size() - from) return std::string_view::npos;
  const void* found = memmem(text.data() + from, text.size() - from, needle.data(), needle.size());
  const size_t at = found ? static_cast<size_t>(static_cast<const char*>(found) - text.data())
                          : std::string_view::npos;
  runtime.step();
  runtime.work(std::min(at, text.size()) - from + needle.size());
  return at;
}

size_t find_last_text(Runtime& runtime, std::string_view text, std::string_view needle) {
  if (needle.size() > text.size()) return std::string_view::npos;
  if (needle.empty()) return text.size();
  // From the front there may be many matches to go through.
  const std::string backwards = reversed_bytes(text);
  const size_t at = find_text(runtime, backwards, reversed_bytes(needle), 0);
  return at == std::string_view::npos ? at : text.size() - at - needle.size();
}

const Text* strip(Runtime& runtime, const Text& text, const Text* characters, Sides sides) {
  std::function<bool(char32_t)> drops = is_space;
  if (characters) {
    drops = [set = sorted_characters(characters->bytes)](char32_t c) {
      return std::binary_search(set.begin(), set.end(), c);
    };
  }
  const std::string_view bytes = text.bytes;
  const size_t begin = sides == Sides::kRight ? 0 : skip_left(bytes, drops);
  const size_t end = sides == Sides::kLeft ? bytes.size() : skip_right(bytes, begin, drops);
  runtime.work(bytes.size() - (end - begin));
  return substring(runtime.arena, text, begin, end);
}

const Text* replace(Runtime& runtime, const Text& text, const Text& old, const Text& fresh,
                    int64_t limit) {
  const std::string_view bytes = text.bytes;
  TextBuilder result(runtime);
  size_t done = 0;  // everything before was copied
  size_t at = 0;
  for (; limit != 0; limit -= limit > 0 ? 1 : 0) {
    const size_t found = find_text(runtime, bytes, old.bytes, at);
    if (found == std::string_view::npos) break;
    result.append(text, done, found);
    result.append(fresh);
    done = found + old.bytes.size();
    at = done;
    if (!old.bytes.empty()) continue;
    if (at == bytes.size()) break;
    at += decode(bytes, at).length;  // an empty text stands before every character and at the end
  }
  if (done == 0 && result.size() == 0) return &text;
  result.append(text, done, bytes.size());
  return result.finish(text.markup);
}

const Text* repeat(Runtime& runtime, const Text& text, int64_t count) {
  TextBuilder result(runtime);
  if (count > 0 && text.span_count == 0) {
    result.fill(static_cast<size_t>(count), text.bytes);
  } else if (!text.bytes.empty()) {
    for (; count > 0; --count) {
      runtime.step();
      result.append(text);
    }
  }
  return result.finish(text.markup);
}

const Text* reverse(Runtime& runtime, const Text& text) {
  TextBuilder result(runtime);
  for (size_t end = text.bytes.size(); end > 0;) {
    const size_t at = character_before(text.bytes, end);
    result.append(text, at, end);
    end = at;
  }
  return result.finish(text.markup);
}

const Text* pad(Runtime& runtime, const Text& text, size_t left, size_t right,
                std::string_view filler) {
  TextBuilder result(runtime);
  result.fill(left, filler);
  result.append(text);
  result.fill(right, filler);
  return result.finish(text.markup);
}

const Text* center(Runtime& runtime, const Text& text, int64_t width, std::string_view filler) {
  const auto length = static_cast<int64_t>(count_code_points(text.bytes));
  if (width <= length) return &text;
  const int64_t space = width - length;
  const int64_t left = space / 2 + (space & width & 1);  // where Python puts the odd one
  return pad(runtime, text, static_cast<size_t>(left), static_cast<size_t>(space - left), filler);
}

const Text* escape_html(Runtime& runtime, const Text& text) {
  TextBuilder result(runtime);
  size_t done = 0;
  for (size_t i = 0; i < text.bytes.size(); ++i) {
    std::string_view entity;
    switch (text.bytes[i]) {
      case '&':
        entity = "&amp;";
        break;
      case '<':
        entity = "&lt;";
        break;
      case '>':
        entity = "&gt;";
        break;
      case '\'':
        entity = "&#39;";
        break;
      case '"':
        entity = "&#34;";
        break;
      default:
        continue;
    }
    result.append(text, done, i);
    result.append(entity, text.marks_at(i));
    done = i + 1;
  }
  result.append(text, done, text.bytes.size());
  return result.finish(true);
}

}  // namespace braid::jinja
