// The normalisation table. The layout of a trie's unit is that of the darts-clone library.
#include "data/text/charsmap.h"

#include <utf8proc.h>

#include <cstring>

#include "base/error.h"
#include "data/text/normalizer.h"
#include "data/text/utf8.h"

namespace braid {
namespace {

constexpr uint32_t kLeafBit = uint32_t{1} << 31;

uint32_t offset_of(uint32_t unit) { return (unit >> 10) << ((unit & (uint32_t{1} << 9)) >> 6); }
uint32_t label_of(uint32_t unit) { return unit & (kLeafBit | 0xff); }
bool has_leaf(uint32_t unit) { return (unit >> 8 & 1) != 0; }
uint32_t value_of(uint32_t unit) { return unit & ~kLeafBit; }

// Follows SentencePiece as the Hugging Face library does: a short cluster as a whole, else
// character by character.
class CharsmapNormalizer final : public Normalizer {
 public:
  explicit CharsmapNormalizer(Charsmap charsmap) : charsmap_(std::move(charsmap)) {}

  bool apply(const Stretch& text, EditedText& result) const override {
    constexpr size_t kShortCluster = 6;
    result.begin(text);
    bool changed = false;
    for (size_t begin = 0; begin < text.text.size();) {
      const size_t end = cluster_end(text.text, begin);
      if (end - begin < kShortCluster && replace(text, begin, end, result)) {
        changed = true;
      } else {
        for (size_t at = begin; at < end;) {
          const size_t next = at + utf8_length(text.text[at]);
          if (replace(text, at, next, result)) {
            changed = true;
          } else {
            result.keep(text, at, next);
          }
          at = next;
        }
      }
      begin = end;
    }
    return changed;
  }

 private:
  bool replace(const Stretch& text, size_t begin, size_t end, EditedText& result) const {
    const auto become = charsmap_.shortest(text.text.substr(begin, end - begin));
    if (!become) return false;
    result.put(text, *become, begin, end);
    return true;
  }

  Charsmap charsmap_;
};

}  // namespace

Charsmap::Charsmap(std::string_view table, const std::string& where) {
  if (table.empty()) return;
  const auto refuse = [&] { fail("{}: the normalisation table is damaged", where); };
  uint32_t trie_bytes = 0;
  if (table.size() <= sizeof(trie_bytes)) refuse();
  std::memcpy(&trie_bytes, table.data(), sizeof(trie_bytes));
  table.remove_prefix(sizeof(trie_bytes));
  if (trie_bytes >= table.size() || trie_bytes == 0 || trie_bytes % sizeof(uint32_t) != 0) refuse();
  texts_ = table.substr(trie_bytes);
  if (texts_.back() != '\0' || find_invalid_utf8(texts_) != std::string_view::npos) refuse();
  units_.resize(trie_bytes / sizeof(uint32_t));
  std::memcpy(units_.data(), table.data(), trie_bytes);
  if ((units_[0] & kLeafBit) != 0) refuse();
  for (size_t i = 0; i < units_.size(); ++i) {
    if ((units_[i] & kLeafBit) != 0) continue;
    const size_t base = i ^ offset_of(units_[i]);
    if ((base | 0xff) >= units_.size()) refuse();
    if (!has_leaf(units_[i])) continue;
    const size_t value = value_of(units_[base]);
    if (value >= texts_.size()) refuse();
    if ((static_cast<unsigned char>(texts_[value]) & 0xc0) == 0x80) refuse();
  }
}

std::optional<std::string_view> Charsmap::shortest(std::string_view text) const {
  if (units_.empty()) return std::nullopt;
  size_t node = offset_of(units_[0]);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0) return std::nullopt;
    node ^= byte;
    const uint32_t unit = units_[node];
    if (label_of(unit) != byte) return std::nullopt;
    node ^= offset_of(unit);
    if (has_leaf(unit)) return std::string_view(texts_.c_str() + value_of(units_[node]));
  }
  return std::nullopt;
}

size_t cluster_end(std::string_view text, size_t begin) {
  utf8proc_int32_t state = 0;
  CodePoint point = code_point_at(text, begin);
  size_t end = begin + point.length;
  while (end < text.size()) {
    const CodePoint next = code_point_at(text, end);
    if (utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(point.value),
                                         static_cast<utf8proc_int32_t>(next.value), &state)) {
      break;
    }
    end += next.length;
    point = next;
  }
  return end;
}

std::unique_ptr<Normalizer> charsmap_normalizer(Charsmap charsmap) {
  return std::make_unique<CharsmapNormalizer>(std::move(charsmap));
}

}  // namespace braid
