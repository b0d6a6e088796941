// Which language a text is in: by its script, and among languages of one script by frequent words
// and by letters that only some of them have.
#pragma once

#include <string_view>
#include <vector>

namespace braid {

// ISO 639-1 code; empty when the text has no letters. A text without any sign is taken for English,
// Russian, Arabic or Hindi, after its script.
//
// Cannot tell: languages without a profile (they come out as some other), Danish from Norwegian
// with any certainty, the two ways to write Chinese, and mixtures (the script with more letters,
// then the language with more signs, wins). One sentence can be too short, a paragraph seldom is.
std::string_view identify_language(std::string_view text);

std::vector<std::string_view> known_languages();  // sorted

}  // namespace braid
