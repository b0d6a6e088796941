// Punkt's decisions: where a sentence may end, and whether it does.
#include "data/instructions/sentences.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "data/instructions/characters.h"
#include "data/instructions/sentence_tokens.h"
#include "data/instructions/sentence_words.h"
#include "data/jinja/unicode.h"

namespace braid {
namespace {

// A mark that may end a sentence, and what the decision sees.
struct Candidate {
  size_t mark;   // '.', '?' or '!'
  size_t word;   // begin of what stands before it without ASCII whitespace
  size_t after;  // end of the character or of the whitespace and word after it
  size_t next;   // where the next sentence would begin
};

struct Range {
  size_t begin;
  size_t end;
};

enum class Case { kNone, kUpper, kLower };

Case first_case(std::string_view token) {
  const char32_t c = jinja::decode(token, 0).value;
  return jinja::is_upper(c) ? Case::kUpper : jinja::is_lower(c) ? Case::kLower : Case::kNone;
}

bool is_sentence_mark(char c) { return c == '.' || c == '?' || c == '!'; }
bool is_ascii_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool is_initial(std::string_view token) {  // "J."
  const jinja::CodePoint c = jinja::decode(token, 0);
  return token.size() == c.length + 1 && token.back() == '.' && c.value != '.' &&
         is_word_character(c.value) && jinja::decimal_value(c.value) < 0;
}

bool is_number(std::string_view token) {  // "12", "-1,000.5", "3."
  if (token.starts_with('-')) token.remove_prefix(1);
  if (token.starts_with('.') || token.starts_with(',')) token.remove_prefix(1);
  return !token.empty() && token[0] >= '0' && token[0] <= '9' &&
         token.find_first_not_of("0123456789,.-") == std::string_view::npos;
}

bool is_abbreviated(std::string_view token) {
  const std::string word = lowered(token.substr(0, token.size() - 1));
  const auto last_part = std::string_view(word).substr(word.rfind('-') + 1);
  return is_abbreviation(word) || is_abbreviation(last_part);
}

// Whether the word is a likely begin of a sentence; unknown for most names.
std::optional<bool> begins_sentence(std::string_view token, std::string_view word) {
  if (token.size() == 1 && std::string_view(";:,.!?").find(token[0]) != std::string_view::npos) {
    return false;
  }
  switch (first_case(token)) {
    case Case::kUpper:
      if (is_starter(word)) return true;
      break;
    case Case::kLower:
      return false;
    case Case::kNone:
      break;
  }
  return std::nullopt;
}

// Whether a sentence ends after `token` when `next` follows.
bool ends_sentence(std::string_view token, std::string_view next) {
  if (token == "?" || token == "!" || token == ".") return true;
  if (!token.ends_with('.')) return false;
  const bool ellipsis = token.find_first_not_of('.') == std::string_view::npos;
  if (!ellipsis && token.ends_with("..")) return false;
  const bool abbreviated = !ellipsis && is_abbreviated(token);
  std::string word = lowered(next);
  if (word.size() > 1 && word.ends_with('.') && !is_abbreviated(next)) word.pop_back();
  const std::optional<bool> begins = begins_sentence(next, word);
  if (is_initial(token)) {
    // Before a name it is a part of it.
    const bool before_name = first_case(next) == Case::kUpper && !is_ordinary(word);
    return !abbreviated && begins != false && !before_name;
  }
  if (ellipsis || abbreviated) return begins == true;
  return !(is_number(token) && begins == false);
}

bool has_break(std::string_view context) {
  const std::vector<std::string_view> tokens = sentence_tokens(context);
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (ends_sentence(tokens[i], tokens[i + 1])) return true;
  }
  return false;
}

// The last mark of every word that has whitespace and another word, or a mark, behind it.
std::vector<Candidate> find_candidates(std::string_view text) {
  std::vector<Candidate> candidates;
  size_t space = 0;  // the last one
  for (size_t at = 0; at < text.size(); ++at) {
    if (is_ascii_space(text[at])) space = at;
    if (!is_sentence_mark(text[at]) || at + 1 == text.size()) continue;
    Candidate candidate{at, 0, at + 2, at + 1};
    if (!is_mark_after_word(text[at + 1])) {
      size_t next = at + 1;
      while (const size_t length = space_length(text, next)) next += length;
      if (next == at + 1 || next == text.size()) continue;
      candidate.next = next;
      while (next < text.size() && space_length(text, next) == 0) {
        next += jinja::decode(text, next).length;
      }
      candidate.after = next;
    }
    const bool first = candidates.empty();
    if (space > (first ? 0 : candidates.back().mark)) {
      candidate.word = space + 1;
    } else if (!first) {
      candidate.word = candidates.back().word;
      if (candidates.back().mark > candidate.word) candidates.pop_back();
    }
    candidates.push_back(candidate);
  }
  return candidates;
}

std::vector<Range> cut(std::string_view text) {
  std::vector<Range> sentences;
  size_t begin = 0;
  for (const Candidate& candidate : find_candidates(text)) {
    if (!has_break(text.substr(candidate.word, candidate.after - candidate.word))) continue;
    sentences.push_back({begin, candidate.mark + 1});
    begin = candidate.next;
  }
  sentences.push_back({begin, text.size()});
  return sentences;
}

// Length of the quotes and brackets at the begin of `sentence` that belong to the one before, with
// the whitespace after them.
size_t closing_length(std::string_view sentence) {
  const size_t closers = std::min(sentence.find_first_not_of("\"')]}"), sentence.size());
  if (closers == 0) return 0;
  size_t end = closers;
  while (const size_t length = space_length(sentence, end)) end += length;
  const bool complete =
      end > closers || end == sentence.size() || sentence.substr(end).starts_with("--");
  return complete ? end : 0;
}

}  // namespace

size_t count_sentences(std::string_view text) {
  text = strip(text);
  const std::vector<Range> sentences = cut(text);
  size_t count = 0, closing = 0;
  for (size_t i = 0; i < sentences.size(); ++i) {
    const bool has_text = sentences[i].begin + closing < sentences[i].end;
    closing = 0;
    if (i + 1 < sentences.size()) {
      const Range& next = sentences[i + 1];
      closing = closing_length(text.substr(next.begin, next.end - next.begin));
    }
    count += has_text || closing > 0;
  }
  return count;
}

}  // namespace braid
