// Characters as Python's str sees them: code points, their classes and their cases.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace braid::jinja {

struct CodePoint {
  char32_t value = 0;
  size_t length = 0;  // bytes; at least 1
};

// The character at byte `at`, which must be inside `text`. A byte that begins no well-formed
// sequence is a character of its own, U+FFFD.
CodePoint decode(std::string_view text, size_t at);
void encode(char32_t c, std::string& out);

bool is_ascii(std::string_view text);
bool is_valid_utf8(std::string_view text);
size_t count_code_points(std::string_view text);
// Byte offset of character `index`; the size of `text` when it has fewer.
size_t offset_of(std::string_view text, size_t index);

bool is_space(char32_t c);
bool is_line_break(char32_t c);  // where str.splitlines cuts
bool is_printable(char32_t c);
bool is_alpha(char32_t c);
bool is_alnum(char32_t c);
bool is_digit(char32_t c);  // superscripts and the like, too
bool is_upper(char32_t c);
bool is_lower(char32_t c);
bool is_title(char32_t c);
bool is_cased(char32_t c);
int decimal_value(char32_t c);  // 0 to 9, or -1

void append_upper(char32_t c, std::string& out);
void append_title(char32_t c, std::string& out);
// Lower case of the character at byte `at` of `text`; a sigma at the end of a word is a final one.
void append_lower(std::string_view text, size_t at, std::string& out);

}  // namespace braid::jinja
