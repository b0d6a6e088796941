// Text on its way through the stages of a tokenizer, and where its bytes came from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/jinja/rendered_text.h"

namespace braid {

// A view of some text. Never empty between stages.
struct Stretch {
  std::string_view text;
  // For every byte of `text` the bytes of the given text it came from (of whole characters); null
  // when nobody asked: ids alone do not need it.
  const ByteRange* source = nullptr;
  bool at_start = false;  // begins with the first byte of the given text

  // Bytes [begin, end), which must not be empty.
  Stretch part(size_t begin, size_t end) const {
    const bool starts = source != nullptr ? source[begin].begin == 0 : at_start && begin == 0;
    return {text.substr(begin, end - begin), source != nullptr ? source + begin : nullptr, starts};
  }
};

// What an editing stage wrote; its memory is used again for the next stretch.
class EditedText {
 public:
  // Starts over with the result of editing `original`.
  void begin(const Stretch& original) {
    text_.clear();
    source_.clear();
    tracked_ = original.source != nullptr;
    at_start_ = original.at_start;
  }
  // Bytes of the original that stay as they are.
  void keep(const Stretch& original, size_t begin, size_t end) {
    text_.append(original.text.substr(begin, end - begin));
    if (tracked_) source_.insert(source_.end(), original.source + begin, original.source + end);
  }
  // New bytes that came from what byte `at` of the original came from.
  void put(const Stretch& original, std::string_view bytes, size_t at) {
    text_.append(bytes);
    if (tracked_) source_.insert(source_.end(), bytes.size(), original.source[at]);
  }
  // New bytes that came from bytes [begin, end) of the original together.
  void put(const Stretch& original, std::string_view bytes, size_t begin, size_t end) {
    text_.append(bytes);
    if (!tracked_) return;
    const ByteRange all = {original.source[begin].begin, original.source[end - 1].end};
    source_.insert(source_.end(), bytes.size(), all);
  }

  std::string_view text() const { return text_; }
  Stretch view() const {
    if (!tracked_) return {text_, nullptr, at_start_};
    return {text_, source_.data(), !source_.empty() && source_.front().begin == 0};
  }

 private:
  std::string text_;
  std::vector<ByteRange> source_;
  bool tracked_ = false;
  bool at_start_ = false;
};

// The source of text that nothing was done to: `text` begins at `offset` of the given text.
std::vector<ByteRange> character_ranges(std::string_view text, size_t offset);

}  // namespace braid
