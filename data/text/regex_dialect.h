// Patterns in tokenizer files are written for the Oniguruma engine; this turns them into PCRE2's
// dialect (for UTF and UCP). Only what means the same in both, or can be rewritten exactly, passes.
#pragma once

#include <string>
#include <string_view>

namespace braid {

// Rewritten: \s \w \b \h and their opposites (other sets of characters there), \uHHHH, classes
// inside classes (unless negated), ^ and $ (ends of lines there). `where` (file and key) begins
// every error; the construct that is refused is named.
std::string to_pcre2(std::string_view pattern, const std::string& where);

}  // namespace braid
