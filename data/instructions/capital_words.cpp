// Treebank words, as far as capitals depend on them: marks without case are only borders here.
#include "data/instructions/capital_words.h"

#include <array>
#include <iterator>
#include <set>

#include "data/instructions/characters.h"
#include "data/jinja/unicode.h"

namespace braid {
namespace {

bool is_border(char32_t c) {
  constexpr std::u32string_view kBorders = U"«“‘„`»”’\"[](){}<>;@#$%&?!*";
  return jinja::is_space(c) || kBorders.find(c) != std::u32string_view::npos;
}

bool is_digit_at(std::string_view text, size_t at) {
  return at < text.size() && jinja::decimal_value(jinja::decode(text, at).value) >= 0;
}

// Length of the border at `at`; 0 inside a word.
size_t border_length(std::string_view text, size_t at) {
  for (const std::string_view run : {"..", "--", "''"}) {
    if (text.substr(at).starts_with(run)) return run.size();
  }
  if (text[at] == ':' || text[at] == ',') return !is_digit_at(text, at + 1);
  const jinja::CodePoint c = jinja::decode(text, at);
  return is_border(c.value) ? c.length : 0;
}

// Cut off in two rounds: "DON'T'S" is three words.
using Tails = std::array<std::string_view, 8>;
constexpr std::array<Tails, 2> kTails{{{"'S", "'M", "'D", "'s", "'m", "'d", "'"},
                                       {"'LL", "'RE", "'VE", "N'T", "'ll", "'re", "'ve", "n't"}}};

// Where the tail of a possessive or short form in capitals begins, "IT" + "'S"; the end if nowhere.
size_t tail_begin(std::string_view word, const Tails& tails) {
  for (const std::string_view tail : tails) {
    if (tail.empty() || !word.ends_with(tail) || word.size() == tail.size()) continue;
    const size_t begin = word.size() - tail.size();
    return word[begin - 1] == '\'' ? word.size() : begin;
  }
  return word.size();
}

// Forms that are written as one word and count as two; `second` begins there.
struct Joined {
  std::string_view form;
  size_t second;
};
constexpr std::array<Joined, 8> kJoined{{{"CANNOT", 3},
                                         {"D'YE", 1},
                                         {"GIMME", 3},
                                         {"GONNA", 3},
                                         {"GOTTA", 3},
                                         {"LEMME", 3},
                                         {"MORE'N", 4},
                                         {"WANNA", 3}}};

size_t count_joined(std::string_view word) {
  std::set<size_t> cuts{0, word.size()};
  for (const Joined& joined : kJoined) {
    for (size_t at = word.find(joined.form); at != std::string_view::npos;
         at = word.find(joined.form, at + 1)) {
      if (is_word_boundary(word, at) && is_word_boundary(word, at + joined.form.size())) {
        cuts.insert(at + joined.second);
      }
    }
  }
  size_t count = 0;
  for (auto cut = cuts.begin(); std::next(cut) != cuts.end(); ++cut) {
    count += is_all_upper(word.substr(*cut, *std::next(cut) - *cut));
  }
  return count;
}

// One letter after an apostrophe is a word of its own, unless the two are a short form.
size_t lone_letter_begin(std::string_view word) {
  for (size_t at = word.find('\''); at != std::string_view::npos; at = word.find('\'', at + 1)) {
    if (at + 1 == word.size()) break;
    const jinja::CodePoint c = jinja::decode(word, at + 1);
    if (!is_word_character(c.value) || !is_word_boundary(word, at + 1 + c.length)) continue;
    if (std::string_view("mtsdnMTSDN").find(word[at + 1]) != std::string_view::npos) continue;
    if (at > 0) return at + 1;
  }
  return word.size();
}

size_t count_in(std::string_view word) {
  size_t count = 0;
  for (size_t begin = 0; begin < word.size();) {
    const size_t length = lone_letter_begin(word.substr(begin));
    std::string_view rest = word.substr(begin, length);
    begin += length;
    for (const Tails& tails : kTails) {
      const size_t tail = tail_begin(rest, tails);
      count += is_all_upper(rest.substr(tail));
      rest = rest.substr(0, tail);
    }
    count += count_joined(rest);
  }
  return count;
}

}  // namespace

size_t count_capital_words(std::string_view text) {
  size_t count = 0;
  for (size_t at = 0, begin = 0; at <= text.size();) {
    const size_t border = at < text.size() ? border_length(text, at) : 1;
    if (border == 0) {
      at += jinja::decode(text, at).length;
      continue;
    }
    count += count_in(text.substr(begin, at - begin));
    at += border;
    begin = at;
  }
  return count;
}

}  // namespace braid
