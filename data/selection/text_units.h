// What selection sees of a text: code points, normalised whitespace, folded words. Lenient: bytes
// that are not UTF-8 count as U+FFFD each, nothing here fails on content.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace braid {

// Code point at text[offset], which exists; sets `length` to its bytes (1 for a malformed byte).
char32_t decode_utf8(std::string_view text, size_t offset, size_t& length);

struct TextCounts {
  int64_t characters = 0;
  int64_t controls = 0;  // C0 without tab, line feed and carriage return; DEL; C1
  bool blank = true;     // nothing but whitespace
};
TextCounts count_text(std::string_view text);

// Runs of whitespace become one space, none at the ends. Case and everything else stay.
std::string normalise_whitespace(std::string_view text);

// The folded words of a text, for shingles and n-grams. A word is a run of letters, digits and
// marks, in lower case (ASCII, Latin-1, Greek, Cyrillic); a character of a script written without
// spaces is a word of its own, and so is a run of one symbol such as +, = or an emoji ("5 + 3" and
// "5 - 3" differ). Whitespace and sentence punctuation only separate.
//
// Texts over `max_bytes` are seen by their first and last half of that many bytes, so that work per
// text is bounded. Memory is about 6 times what is seen.
class WordText {
 public:
  WordText(std::string_view text, size_t max_bytes);

  size_t word_count() const { return words_.size(); }
  // Words [first, first + count), separated by one space. count > 0, all of them exist.
  std::string_view words(size_t first, size_t count) const;
  // Calls visit(n-gram) for every run of `n` characters of " word ", word by word.
  template <typename Visit>
  void visit_character_ngrams(size_t n, Visit visit) const;

 private:
  struct Word {
    uint32_t begin;  // index into starts_
    uint32_t end;
  };
  void append(std::string_view text);
  void append_word_character(char32_t c);
  void end_word();

  std::string folded_ = " ";         // " word word "
  std::vector<uint32_t> starts_{0};  // offset of every character of folded_, and its end
  std::vector<Word> words_;
  uint32_t word_begin_ = 1;   // index into starts_
  char32_t last_symbol_ = 0;  // of the run that the open word is; 0: letters
};

template <typename Visit>
void WordText::visit_character_ngrams(size_t n, Visit visit) const {
  for (const Word& word : words_) {
    for (size_t i = word.begin - 1; i + n <= word.end + 1; ++i) {
      visit(std::string_view(folded_).substr(starts_[i], starts_[i + n] - starts_[i]));
    }
  }
}

}  // namespace braid
