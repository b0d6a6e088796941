// Words in capitals, cut as NLTK's word_tokenize does, which the official checker uses: it follows
// the conventions of the Penn Treebank. "DON'T" is two words, "AND/OR" and "A-B" are one.
#pragma once

#include <cstddef>
#include <string_view>

namespace braid {

size_t count_capital_words(std::string_view text);

}  // namespace braid
