// What Python's str can do, on texts that keep the origin of every byte: the shared ground of
// filters and methods. All lengths and positions that templates see are in characters.
#pragma once

#include <vector>

#include "data/jinja/value.h"

namespace braid::jinja {

// Byte offset of `needle` at or after `from`, or npos. Linear in time, as are the others.
size_t find_text(Runtime& runtime, std::string_view text, std::string_view needle, size_t from);
size_t find_last_text(Runtime& runtime, std::string_view text, std::string_view needle);

enum class Sides : uint8_t { kBoth, kLeft, kRight };
// Without white space (`characters` null) or the given characters at its ends.
const Text* strip(Runtime& runtime, const Text& text, const Text* characters, Sides sides);

// `limit` below 0: no limit.
const Text* replace(Runtime& runtime, const Text& text, const Text& old, const Text& fresh,
                    int64_t limit);
const Text* repeat(Runtime& runtime, const Text& text, int64_t count);
const Text* reverse(Runtime& runtime, const Text& text);
const Text* pad(Runtime& runtime, const Text& text, size_t left, size_t right,
                std::string_view filler = " ");
const Text* center(Runtime& runtime, const Text& text, int64_t width, std::string_view filler);

enum class Case : uint8_t {
  kUpper,
  kLower,
  kCapitalized,  // the first character in title case, the others in lower case
  kTitle,        // every run of letters capitalized
  kSwapped,
};
const Text* change_case(Runtime& runtime, const Text& text, Case wanted);
// The `title` filter: words end at space, hyphens and opening brackets only.
const Text* title_words(Runtime& runtime, const Text& text);

// Characters that HTML gives a meaning as entities.
const Text* escape_html(Runtime& runtime, const Text& text);

std::vector<Value> split(Runtime& runtime, const Text& text, const Text& separator, int64_t limit);
std::vector<Value> split_from_right(Runtime& runtime, const Text& text, const Text& separator,
                                    int64_t limit);
// At runs of white space.
std::vector<Value> split_words(Runtime& runtime, const Text& text, int64_t limit);
std::vector<Value> split_words_from_right(Runtime& runtime, const Text& text, int64_t limit);
std::vector<Value> split_lines(Runtime& runtime, const Text& text, bool keep_ends);

}  // namespace braid::jinja
