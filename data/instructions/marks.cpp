// Scans for marks.
#include "data/instructions/marks.h"

#include <algorithm>

#include "data/instructions/characters.h"
#include "data/jinja/unicode.h"

namespace braid {
namespace {

constexpr size_t kNone = std::string_view::npos;

size_t line_end(std::string_view text, size_t at) {
  return std::min(text.find('\n', at), text.size());
}

// Where the bullet at `at` ends; kNone when there is none.
size_t asterisk_bullet_end(std::string_view text, size_t at) {
  if (text[at] != '*' || at + 1 == text.size() || text[at + 1] == '*') return kNone;
  return line_end(text, at + 1 + jinja::decode(text, at + 1).length);
}

size_t hyphen_bullet_end(std::string_view text, size_t at) {
  return text[at] == '-' ? line_end(text, at) : kNone;
}

template <typename BulletEnd>
size_t count_bullets_of(std::string_view text, BulletEnd bullet_end) {
  size_t count = 0;
  // Whitespace before a bullet may go over several lines, so lines of whitespace are left with it.
  for (size_t at = 0; at < text.size();) {
    while (const size_t length = space_length(text, at)) at += length;
    if (at >= text.size()) break;
    const size_t end = bullet_end(text, at);
    count += end != kNone;
    // Where a bullet ended at the begin of a line, the next one may begin there.
    if (end != kNone && text[end - 1] == '\n') {
      at = end;
    } else {
      at = line_end(text, end == kNone ? at : end) + 1;
    }
  }
  return count;
}

// What stands between `mark` on both sides without asterisks or line ends, not blank.
size_t count_wrapped(std::string_view text, std::string_view mark) {
  size_t count = 0;
  for (size_t at = text.find(mark); at != kNone; at = text.find(mark, at)) {
    const size_t begin = at + mark.size();
    const size_t end = text.find_first_of("*\n", begin);
    if (end == kNone) break;
    if (!text.substr(end).starts_with(mark)) {
      ++at;
      continue;
    }
    count += !is_blank(text.substr(begin, end - begin));
    at = end + mark.size();
  }
  return count;
}

size_t digits_end(std::string_view text, size_t at) {
  while (at < text.size()) {
    const jinja::CodePoint c = jinja::decode(text, at);
    if (jinja::decimal_value(c.value) < 0) break;
    at += c.length;
  }
  return at;
}

}  // namespace

size_t count_bullets(std::string_view text) {
  return count_bullets_of(text, asterisk_bullet_end) + count_bullets_of(text, hyphen_bullet_end);
}

size_t count_highlights(std::string_view text) {
  return count_wrapped(text, "*") + count_wrapped(text, "**");
}

size_t count_sections(std::string_view text, std::string_view splitter) {
  size_t count = 0;
  for (size_t at = text.find(splitter); at != kNone; at = text.find(splitter, at)) {
    const size_t after = at + splitter.size();
    const size_t number = after + space_length(text, after);
    const size_t end = digits_end(text, number);
    count += end > number;
    at = end > number ? end : at + 1;
  }
  return count;
}

bool has_title(std::string_view text) {
  for (const std::string_view line : split(text, "\n")) {
    const size_t begin = line.find("<<");
    if (begin == kNone) continue;
    const size_t end = line.rfind(">>");
    if (end == kNone || end < begin + 3) continue;
    std::string_view inside = line.substr(begin, end + 2 - begin);
    inside.remove_prefix(std::min(inside.find_first_not_of('<'), inside.size()));
    inside = inside.substr(0, inside.find_last_not_of('>') + 1);
    if (!is_blank(inside)) return true;
  }
  return false;
}

}  // namespace braid
