// Code points, whitespace and words of a text.
#include "data/selection/text_units.h"

#include <algorithm>

#include "base/error.h"

namespace braid {
namespace {

enum class Class { kSpace, kSeparator, kLetter, kAlone, kSymbol };

bool within(char32_t c, char32_t first, char32_t last) { return c >= first && c <= last; }

bool is_space(char32_t c) {
  return c == ' ' || within(c, 0x09, 0x0d) || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         within(c, 0x2000, 0x200b) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000 || c == 0xfeff;
}

bool is_control(char32_t c) {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || within(c, 0x7f, 0x9f);
}

Class classify_ascii(char32_t c) {
  if (within(c, '0', '9') || within(c, 'A', 'Z') || within(c, 'a', 'z')) return Class::kLetter;
  constexpr std::string_view kSymbols = "#$%&*+-/<=>@\\^_|~";
  if (kSymbols.find(static_cast<char>(c)) != std::string_view::npos) return Class::kSymbol;
  return Class::kSeparator;
}

Class classify(char32_t c) {
  if (is_space(c)) return Class::kSpace;
  if (c < 0x80) return classify_ascii(c);
  if (c < 0xc0) return c == 0xaa || c == 0xb5 || c == 0xba ? Class::kLetter : Class::kSeparator;
  if (c == 0xd7 || c == 0xf7) return Class::kSymbol;  // multiplication and division signs
  // Thai to Khmer and the ideographic blocks: written without spaces between words.
  if (within(c, 0x0e00, 0x109f) || within(c, 0x1780, 0x17ff)) return Class::kAlone;
  if (within(c, 0x2e80, 0x2fff) || within(c, 0x3040, 0x9fff) || within(c, 0xf900, 0xfaff) ||
      within(c, 0x20000, 0x3ffff)) {
    return Class::kAlone;
  }
  if (within(c, 0x2010, 0x206f) || within(c, 0x3000, 0x303f) || within(c, 0xfe10, 0xfe6f) ||
      within(c, 0xff00, 0xff0f) || c == 0xfffd) {
    return Class::kSeparator;
  }
  if (within(c, 0x2070, 0x2bff) || within(c, 0x1f000, 0x1faff)) return Class::kSymbol;
  return Class::kLetter;
}

char32_t fold(char32_t c) {
  if (within(c, 'A', 'Z') || (within(c, 0xc0, 0xde) && c != 0xd7)) return c + 0x20;
  if (within(c, 0x391, 0x3a9) || within(c, 0x410, 0x42f)) return c + 0x20;
  if (within(c, 0x400, 0x40f)) return c + 0x50;
  return c;
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xc0 | (c >> 6));
  } else {
    if (c < 0x10000) {
      put(0xe0 | (c >> 12));
    } else {
      put(0xf0 | (c >> 18));
      put(0x80 | ((c >> 12) & 0x3f));
    }
    put(0x80 | ((c >> 6) & 0x3f));
  }
  put(0x80 | (c & 0x3f));
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

char32_t decode_utf8(std::string_view text, size_t offset, size_t& length) {
  constexpr char32_t kReplacement = 0xfffd;
  const auto first = static_cast<unsigned char>(text[offset]);
  length = 1;
  if (first < 0x80) return first;
  const size_t bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || offset + bytes > text.size()) return kReplacement;
  char32_t value = first & (0x7fU >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    if (!is_continuation(text[offset + i])) return kReplacement;
    value = (value << 6) | (static_cast<unsigned char>(text[offset + i]) & 0x3fU);
  }
  constexpr char32_t kSmallest[] = {0x80, 0x800, 0x10000};
  if (value < kSmallest[bytes - 2] || value > 0x10ffff || within(value, 0xd800, 0xdfff)) {
    return kReplacement;
  }
  length = bytes;
  return value;
}

TextCounts count_text(std::string_view text) {
  TextCounts counts;
  size_t length = 0;
  for (size_t i = 0; i < text.size(); i += length) {
    const char32_t c = decode_utf8(text, i, length);
    ++counts.characters;
    counts.controls += is_control(c);
    counts.blank = counts.blank && is_space(c);
  }
  return counts;
}

std::string normalise_whitespace(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  bool pending = false;
  size_t length = 0;
  for (size_t i = 0; i < text.size(); i += length) {
    if (is_space(decode_utf8(text, i, length))) {
      pending = !result.empty();
      continue;
    }
    if (pending) result += ' ';
    pending = false;
    result += text.substr(i, length);
  }
  return result;
}

WordText::WordText(std::string_view text, size_t max_bytes) {
  BRAID_ASSERT(max_bytes < (size_t{1} << 30));
  if (text.size() <= max_bytes) {
    append(text);
  } else {
    append(text.substr(0, max_bytes / 2));
    append(text.substr(text.size() - max_bytes / 2));
  }
  starts_.push_back(static_cast<uint32_t>(folded_.size()));
}

void WordText::append(std::string_view text) {
  size_t length = 0;
  for (size_t i = 0; i < text.size(); i += length) {
    const char32_t c = decode_utf8(text, i, length);
    switch (classify(c)) {
      case Class::kSpace:
      case Class::kSeparator:
        end_word();
        break;
      case Class::kLetter:
        if (last_symbol_ != 0) end_word();
        append_word_character(fold(c));
        break;
      case Class::kAlone:
        end_word();
        append_word_character(c);
        end_word();
        break;
      case Class::kSymbol:
        if (last_symbol_ == c) break;  // a run counts once: rulers and blanks vary in length
        end_word();
        append_word_character(c);
        last_symbol_ = c;
    }
  }
  end_word();
}

void WordText::append_word_character(char32_t c) {
  starts_.push_back(static_cast<uint32_t>(folded_.size()));
  append_utf8(folded_, c);
}

void WordText::end_word() {
  last_symbol_ = 0;
  const auto end = static_cast<uint32_t>(starts_.size());
  if (end == word_begin_) return;
  words_.push_back({word_begin_, end});
  starts_.push_back(static_cast<uint32_t>(folded_.size()));
  folded_ += ' ';
  word_begin_ = end + 1;
}

std::string_view WordText::words(size_t first, size_t count) const {
  const size_t begin = starts_[words_[first].begin];
  const size_t end = starts_[words_[first + count - 1].end];
  return std::string_view(folded_).substr(begin, end - begin);
}

}  // namespace braid
