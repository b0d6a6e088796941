// NFC, NFD, NFKC and NFKD on utf8proc.
#include <utf8proc.h>

#include <cstdlib>

#include "base/error.h"
#include "data/text/normalizer.h"
#include "data/text/utf8.h"

namespace braid {
namespace {

struct Free {
  void operator()(utf8proc_uint8_t* text) const { std::free(text); }
};

utf8proc_option_t options_of(UnicodeForm form) {
  int options = UTF8PROC_STABLE;
  options |= form == UnicodeForm::kNfc || form == UnicodeForm::kNfkc ? UTF8PROC_COMPOSE
                                                                     : UTF8PROC_DECOMPOSE;
  if (form == UnicodeForm::kNfkc || form == UnicodeForm::kNfkd) options |= UTF8PROC_COMPAT;
  return static_cast<utf8proc_option_t>(options);
}

class UnicodeNormalizer final : public Normalizer {
 public:
  explicit UnicodeNormalizer(UnicodeForm form) : options_(options_of(form)) {}

  bool apply(const Stretch& text, EditedText& result) const override {
    if (is_ascii(text.text)) return false;
    const std::string whole = normalize(text.text);
    if (whole == text.text) return false;
    result.begin(text);
    if (text.source != nullptr) {
      by_clusters(text, result);
      if (result.text() == whole) return true;
      result.begin(text);  // a compatibility form that reaches over the clusters
    }
    result.put(text, whole, 0, text.text.size());
    return true;
  }

 private:
  std::string normalize(std::string_view text) const {
    utf8proc_uint8_t* raw = nullptr;
    const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                     static_cast<utf8proc_ssize_t>(text.size()), &raw, options_);
    const std::unique_ptr<utf8proc_uint8_t, Free> owned(raw);
    if (length < 0) fail("a text cannot be normalized: {}", utf8proc_errmsg(length));
    return {reinterpret_cast<const char*>(raw), static_cast<size_t>(length)};
  }

  // Normal forms reach over grapheme clusters in rare cases only, so that what came from where can
  // be told cluster by cluster.
  void by_clusters(const Stretch& text, EditedText& result) const {
    for (size_t begin = 0; begin < text.text.size();) {
      const size_t end = cluster_end(text.text, begin);
      const std::string_view cluster = text.text.substr(begin, end - begin);
      if (const std::string normal = normalize(cluster); normal != cluster) {
        result.put(text, normal, begin, end);
      } else {
        result.keep(text, begin, end);
      }
      begin = end;
    }
  }

  utf8proc_option_t options_;
};

}  // namespace

std::unique_ptr<Normalizer> unicode_normalizer(UnicodeForm form) {
  return std::make_unique<UnicodeNormalizer>(form);
}

}  // namespace braid
