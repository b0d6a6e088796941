// Words of English sentences, for tasks about pronouns and occupations.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace braid {

// Where `word` stands in `text` as a word of its own (ASCII letters around it end a word), case not
// counted; npos when it does not.
size_t find_word(std::string_view text, std::string_view word);

// The first of `words` that occurs in the text, by the order of the text; empty when none does.
std::string first_word_of(std::string_view text, const std::vector<std::string>& words);

std::string lower_ascii(std::string_view text);
std::string capitalised(std::string text);

}  // namespace braid
