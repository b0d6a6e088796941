// Words as Punkt cuts them: periods stay with their word, most other marks stand alone.
#pragma once

#include <string_view>
#include <vector>

namespace braid {

// ASCII marks that end a word and may follow the end of a sentence.
bool is_mark_after_word(char c);

std::vector<std::string_view> sentence_tokens(std::string_view text);

}  // namespace braid
