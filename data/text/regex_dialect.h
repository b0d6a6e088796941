// Split patterns in tokenizer files are written for the Oniguruma engine; this turns them into
// PCRE2's dialect. Only what means the same in both (or can be rewritten exactly) passes.
#pragma once

#include <string>
#include <string_view>

namespace braid {

// `where` (file and key) begins every error; the construct that is refused is named.
std::string to_pcre2(std::string_view pattern, const std::string& where);

}  // namespace braid
