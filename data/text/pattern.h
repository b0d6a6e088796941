// A regular expression of a tokenizer file, on PCRE2.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "data/jinja/rendered_text.h"

namespace braid {

// Thread-compatible: const use from several threads is safe.
class Pattern {
 public:
  // `pattern` in Oniguruma's dialect. Error, beginning with `where`, when it does not compile, has
  // a construct that cannot be translated exactly, or can match nothing.
  Pattern(std::string_view pattern, const std::string& where);
  ~Pattern();
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;

  // The first match in `text` (valid UTF-8) at or after `from`; never empty. Look-behind sees what
  // stands before `from`. Error when the pattern needs more than PCRE2's match limit.
  std::optional<ByteRange> find(std::string_view text, size_t from) const;

 private:
  struct Code;
  std::unique_ptr<const Code> code_;
};

}  // namespace braid
