// The part of `tokenizer.json` that says how text is cut: normalizer and pre_tokenizer.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace braid {

// Error naming the normalizer: none is supported.
[[noreturn]] void refuse_normalizer(const Json& normalizer, const std::string& where);

// The split patterns of a `pre_tokenizer` (null when the file has none), for `Pretokenizer`. Error
// naming any component or setting that is not supported; ByteLevel must come last, once.
std::vector<std::string> read_pre_tokenizer(const Json* pre_tokenizer, const std::string& where);

}  // namespace braid
