// Character classes from PCRE2.
#include "data/text/char_classes.h"

#include <algorithm>
#include <map>

#include "data/text/pattern.h"
#include "data/text/unicode_additions.h"

namespace braid {
namespace {

constexpr uint32_t kCodePoints = 0x110000;

// Every character that can have a class; no plane but these has assigned ones.
std::string all_characters() {
  std::string text;
  for (uint32_t c = 0; c < kCodePoints; ++c) {
    const bool surrogate = c >= 0xd800 && c <= 0xdfff;
    const bool assigned = c < 0x40000 || c >> 12 == 0xe0;
    if (assigned && !surrogate) append_utf8(text, c);
  }
  return text;
}

void mark(const std::string& text, const char* pattern, uint8_t classes,
          std::vector<uint8_t>& table) {
  const Pattern compiled(pattern, "character classes");
  for (size_t from = 0; const auto match = compiled.find(text, from);) {
    from = match->end;
    for (size_t at = match->begin; at < match->end;) {
      const CodePoint point = code_point_at(text, at);
      table[point.value] |= classes;
      at += point.length;
    }
  }
}

void set(std::span<const CodeRange> ranges, uint8_t classes, bool on, std::vector<uint8_t>& table) {
  for (const auto& [first, last] : ranges) {
    for (uint32_t c = first; c <= last; ++c) {
      table[c] = static_cast<uint8_t>(on ? table[c] | classes : table[c] & ~classes);
    }
  }
}

}  // namespace

CharClasses::CharClasses() {
  std::vector<uint8_t> table(kCodePoints, 0);
  const std::string text = all_characters();
  mark(text, R"(\p{L}+)", kLetter, table);
  mark(text, R"(\p{N}+)", kNumber, table);
  mark(text, R"(\p{White_Space}+)", kSpace, table);
  mark(text, R"([\p{P}!-/:-@\[-`{-~]+)", kPunctuation, table);
  mark(text, R"([\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+)", kWord, table);
  mark(text, R"(\p{N}+)", kNumeric, table);
  set(newer_word_characters(), kWord, true, table);
  set(newer_numeric_characters(), kNumeric, true, table);
  set(newer_characters("P"), kPunctuation, false, table);
  set(less_punctuation(), kPunctuation, false, table);
  set(more_punctuation(), kPunctuation, true, table);
  std::copy_n(table.begin(), ascii_.size(), ascii_.begin());
  std::map<Block, uint16_t> known;
  for (uint32_t first = 0; first < kCodePoints; first += 256) {
    Block block;
    std::copy_n(table.begin() + first, block.size(), block.begin());
    const auto [entry, fresh] = known.emplace(block, static_cast<uint16_t>(blocks_.size()));
    if (fresh) blocks_.push_back(block);
    index_.push_back(entry->second);
  }
}

const CharClasses& CharClasses::get() {
  static const CharClasses classes;
  return classes;
}

}  // namespace braid
