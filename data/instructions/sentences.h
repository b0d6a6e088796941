// Sentences of English text, counted as the Punkt system does (Kiss & Strunk 2006: "Unsupervised
// multilingual sentence boundary detection"), which the official checker uses: a period, question
// or exclamation mark before whitespace or a bracket ends one unless the word before it is an
// abbreviation. Line ends mean nothing. Word lists of our own take the place of trained tables.
#pragma once

#include <cstddef>
#include <string_view>

namespace braid {

// Of a text that is not blank; what follows the last mark counts as one. Linear time.
size_t count_sentences(std::string_view text);

}  // namespace braid
