// The language of the whole answer.
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "data/instructions/check_kinds.h"
#include "data/instructions/language.h"

namespace braid {
namespace {

Instruction::Check response_language(ObjectReader& kwargs) {
  const std::string language = kwargs.require_string("language");
  const auto known = known_languages();
  if (std::find(known.begin(), known.end(), language) == known.end()) {
    kwargs.error("language", fmt::format("expected one of {}, got {}", fmt::join(known, ", "),
                                         quote(language)));
  }
  return [language](std::string_view answer) {
    const std::string_view identified = identify_language(answer);
    // An answer without letters is in no language, and is not held against it: as officially.
    return identified.empty() || identified == language;
  };
}

constexpr CheckKind kKinds[] = {{"language:response_language", response_language}};

}  // namespace

std::span<const CheckKind> language_checks() { return kKinds; }

}  // namespace braid
