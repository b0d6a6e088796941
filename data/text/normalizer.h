// Normalizers: the first stage of a tokenizer, which rewrites the text.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "data/text/charsmap.h"
#include "data/text/pattern.h"
#include "data/text/stretch.h"

namespace braid {

// Thread-compatible: const use from several threads is safe.
class Normalizer {
 public:
  virtual ~Normalizer() = default;

  // Writes the normalized `text` into `result`; false, with an unspecified `result`, when there is
  // nothing to change. The result may be empty.
  virtual bool apply(const Stretch& text, EditedText& result) const = 0;
};

enum class UnicodeForm { kNfc, kNfd, kNfkc, kNfkd };

std::unique_ptr<Normalizer> unicode_normalizer(UnicodeForm form);
std::unique_ptr<Normalizer> lowercase_normalizer();  // character by character: no final sigma
std::unique_ptr<Normalizer> prepend_normalizer(std::string prefix);
std::unique_ptr<Normalizer> strip_normalizer(bool left, bool right);  // white space
std::unique_ptr<Normalizer> charsmap_normalizer(Charsmap charsmap);
// Every occurrence of `text` (not empty), or of the pattern, becomes `content`.
std::unique_ptr<Normalizer> replace_normalizer(std::string text, std::string content);
std::unique_ptr<Normalizer> replace_normalizer(Pattern pattern, std::string content);

}  // namespace braid
