// Leftmost-longest search for added tokens.
#include "data/text/added_tokens.h"

#include <algorithm>

#include "data/text/char_classes.h"

namespace braid {
namespace {

bool ends_with_word(std::string_view text) {
  if (text.empty()) return false;
  size_t at = text.size() - 1;
  while ((static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) --at;
  return (CharClasses::get().at(text, at).classes & CharClasses::kWord) != 0;
}

bool starts_with_word(std::string_view text) {
  return !text.empty() && (CharClasses::get().at(text, 0).classes & CharClasses::kWord) != 0;
}

size_t space_at_start(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const auto next = CharClasses::get().at(text, at);
    if ((next.classes & CharClasses::kSpace) == 0) break;
    at += next.length;
  }
  return at;
}

// Where the white space at the end of `text` begins.
size_t space_at_end(std::string_view text) {
  size_t begin = text.size();
  while (begin > 0) {
    size_t at = begin - 1;
    while ((static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) --at;
    if ((CharClasses::get().at(text, at).classes & CharClasses::kSpace) == 0) break;
    begin = at;
  }
  return begin;
}

}  // namespace

bool ForeignBytes::touches(ByteRange range) const {
  const auto after = std::ranges::upper_bound(ranges_, range.begin, {}, &ByteRange::end);
  return after != ranges_.end() && after->begin < range.end;
}

bool AddedTokens::add(AddedToken token) {
  int32_t node = ByteTrie::kRoot;
  for (const char byte : token.text) {
    if (node >= 0) node = trie_.child(node, byte);
  }
  if (node >= 0 && trie_.value(node) >= 0) return false;
  trie_.insert(token.text, static_cast<int32_t>(tokens_.size()));
  const auto first = static_cast<unsigned char>(token.text.front());
  if (!is_first_[first]) first_bytes_ += token.text.front();
  is_first_[first] = true;
  has_control_ = has_control_ || token.control;
  tokens_.push_back(std::move(token));
  return true;
}

size_t AddedTokens::find_first_byte(std::string_view text, size_t from) const {
  if (first_bytes_.size() == 1) return text.find(first_bytes_.front(), from);
  for (size_t at = from; at < text.size(); ++at) {
    if (is_first_[static_cast<unsigned char>(text[at])]) return at;
  }
  return std::string_view::npos;
}

bool AddedTokens::Scan::is_foreign(size_t begin, size_t end) const {
  if (foreign_.none()) return false;
  if (text_.source == nullptr) return foreign_.touches({offset_ + begin, offset_ + end});
  return std::any_of(text_.source + begin, text_.source + end,
                     [&](const ByteRange& range) { return foreign_.touches(range); });
}

const AddedToken* AddedTokens::Scan::longest_at(size_t at) const {
  const AddedToken* longest = nullptr;
  int32_t node = ByteTrie::kRoot;
  for (size_t end = at; end < text_.text.size(); ++end) {
    node = tokens_.trie_.child(node, text_.text[end]);
    if (node < 0) break;
    const int32_t index = tokens_.trie_.value(node);
    if (index < 0) continue;
    const AddedToken& token = tokens_.tokens_[static_cast<size_t>(index)];
    if (!token.control || !is_foreign(at, end + 1)) longest = &token;
  }
  return longest;
}

AddedTokens::Match AddedTokens::Scan::strip(const AddedToken& token, size_t begin,
                                            size_t end) const {
  const std::string_view text = text_.text;
  if (token.lstrip) begin = std::max(space_at_end(text.substr(0, begin)), taken_);
  if (token.rstrip) end += space_at_start(text.substr(end));
  return {begin, end, &token};
}

std::optional<AddedTokens::Match> AddedTokens::Scan::next() {
  if (tokens_.empty()) return std::nullopt;
  const std::string_view text = text_.text;
  for (size_t at = search_; (at = tokens_.find_first_byte(text, at)) != std::string_view::npos;) {
    const AddedToken* token = longest_at(at);
    if (token == nullptr) {
      ++at;
      continue;
    }
    const size_t begin = at;
    const size_t end = begin + token->text.size();
    search_ = at = end;
    if (token->single_word &&
        (ends_with_word(text.substr(0, begin)) || starts_with_word(text.substr(end)))) {
      continue;
    }
    const Match match = strip(*token, begin, end);
    taken_ = match.end;
    return match;
  }
  search_ = text.size();
  return std::nullopt;
}

}  // namespace braid
