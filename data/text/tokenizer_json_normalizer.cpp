// The normalizers of `tokenizer.json`.
#include "base/error.h"
#include "data/text/base64.h"
#include "data/text/tokenizer_json_parts.h"

namespace braid {
namespace {

constexpr const char* kSupported =
    "NFC, NFD, NFKC, NFKD, Lowercase, Prepend, Replace, Strip, Precompiled and Sequence are";

std::unique_ptr<Normalizer> read_precompiled(ObjectReader& reader, const std::string& where) {
  const auto table = decode_base64(reader.require_string("precompiled_charsmap"));
  if (!table) reader.error("precompiled_charsmap", "is not base64");
  return charsmap_normalizer(Charsmap(*table, where + ": precompiled_charsmap"));
}

std::unique_ptr<Normalizer> read_replace(ObjectReader& reader, const std::string& where) {
  const TextOrPattern pattern = read_pattern(reader);
  std::string content = reader.require_string("content");
  if (!pattern.is_pattern) return replace_normalizer(pattern.text, std::move(content));
  return replace_normalizer(Pattern(pattern.text, where), std::move(content));
}

std::unique_ptr<Normalizer> read_strip(ObjectReader& reader) {
  const bool left = reader.boolean("strip_left", true);
  const bool right = reader.boolean("strip_right", true);
  return strip_normalizer(left, right);
}

std::unique_ptr<Normalizer> read_normalizer(ObjectReader& reader, const std::string& type,
                                            const std::string& where) {
  if (type == "NFC") return unicode_normalizer(UnicodeForm::kNfc);
  if (type == "NFD") return unicode_normalizer(UnicodeForm::kNfd);
  if (type == "NFKC") return unicode_normalizer(UnicodeForm::kNfkc);
  if (type == "NFKD") return unicode_normalizer(UnicodeForm::kNfkd);
  if (type == "Lowercase") return lowercase_normalizer();
  if (type == "Prepend") return prepend_normalizer(reader.require_string("prepend"));
  if (type == "Replace") return read_replace(reader, where);
  if (type == "Strip") return read_strip(reader);
  if (type == "Precompiled") return read_precompiled(reader, where);
  refuse_component(reader, "normalizer", type, kSupported);
}

}  // namespace

std::vector<std::unique_ptr<Normalizer>> read_normalizers(const Json* json,
                                                          const std::string& where) {
  std::vector<std::unique_ptr<Normalizer>> normalizers;
  if (json == nullptr) return normalizers;
  read_components(*json, "normalizer", where, "normalizers",
                  [&](ObjectReader& reader, const std::string& type) {
                    normalizers.push_back(read_normalizer(reader, type, where));
                  });
  return normalizers;
}

}  // namespace braid
