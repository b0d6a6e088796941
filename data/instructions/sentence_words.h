// What sentence boundaries need to know about English words. All lookups are in lower case.
#pragma once

#include <string_view>

namespace braid {

// Without the final period: "dr", "u.s", and letters that are more often abbreviations than ends of
// sentences.
bool is_abbreviation(std::string_view word);

// Words that get a capital at the begin of a sentence only.
bool is_starter(std::string_view word);

// Those and other words that are no names.
bool is_ordinary(std::string_view word);

}  // namespace braid
