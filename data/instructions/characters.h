// Answers as Python's str methods and regular expressions see them: the official checker is made of
// those. Any bytes are allowed; one that is not UTF-8 is a character of its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace braid {

bool is_word_character(char32_t c);  // \w: letters, numbers, underscore; not combining marks
bool is_blank(std::string_view text);

// Without whitespace at both ends.
std::string_view strip(std::string_view text);
// Without any of the ASCII characters `stripped` at both ends.
std::string_view strip(std::string_view text, std::string_view stripped);

std::string lowered(std::string_view text);

// Some cased characters, all of the one case.
bool is_all_upper(std::string_view text);
bool is_all_lower(std::string_view text);

// Bytes of the whitespace character at `at`; 0 when another one or the end is there.
size_t space_length(std::string_view text, size_t at);

// Whether a word begins or ends at `at`: \b.
bool is_word_boundary(std::string_view text, size_t at);

// The pieces between occurrences of `separator`, which is not empty; at least one.
std::vector<std::string_view> split(std::string_view text, std::string_view separator);

// Occurrences of `phrase`, which is not empty, that do not overlap.
size_t count_occurrences(std::string_view text, std::string_view phrase);

size_t count_words(std::string_view text);  // runs of word characters

}  // namespace braid
