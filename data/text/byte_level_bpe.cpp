// Byte-level BPE.
#include "data/text/byte_level_bpe.h"

#include <unordered_set>

#include "base/error.h"
#include "base/hash.h"
#include "data/text/byte_alphabet.h"
#include "data/text/control_tokens.h"
#include "data/text/utf8.h"

namespace braid {
namespace {

using NameIds = std::unordered_map<std::string_view, int32_t>;

NameIds index_names(const ByteLevelVocabulary& vocabulary) {
  NameIds ids;
  ids.reserve(vocabulary.names.size());
  for (size_t id = 0; id < vocabulary.names.size(); ++id) {
    if (vocabulary.kinds[id] == TokenKind::kUnused) continue;
    const std::string& name = vocabulary.names[id];
    if (name.empty()) fail("{}: token {} has an empty name", vocabulary.where, id);
    const auto [other, fresh] = ids.emplace(name, static_cast<int32_t>(id));
    if (!fresh) {
      fail("{}: token {} has the ids {} and {}; a token has one id", vocabulary.where, quote(name),
           other->second, id);
    }
  }
  return ids;
}

std::vector<BpeMerger::Merge> resolve_merges(const ByteLevelVocabulary& vocabulary) {
  const NameIds ids = index_names(vocabulary);
  const auto id_of = [&](std::string_view name, size_t rank) {
    const auto found = ids.find(name);
    if (found == ids.end()) {
      fail("{}: merge {} names {}, which is not in the vocabulary", vocabulary.where, rank,
           quote(name));
    }
    return found->second;
  };
  std::vector<BpeMerger::Merge> merges;
  merges.reserve(vocabulary.merges.size());
  std::unordered_set<uint64_t> seen;
  seen.reserve(vocabulary.merges.size());
  for (size_t rank = 0; rank < vocabulary.merges.size(); ++rank) {
    const auto& [left, right] = vocabulary.merges[rank];
    merges.push_back({id_of(left, rank), id_of(right, rank), id_of(left + right, rank)});
    const auto& merge = merges.back();
    if (vocabulary.kinds[static_cast<size_t>(merge.result)] == TokenKind::kControl) {
      fail("{}: merge {} makes the control token {}: plain text could then open or close a turn",
           vocabulary.where, rank, quote(left + right));
    }
    if (!seen.insert(static_cast<uint64_t>(merge.left) << 32 | static_cast<uint32_t>(merge.right))
             .second) {
      fail("{}: merge {} ({} and {}) is there twice", vocabulary.where, rank, quote(left),
           quote(right));
    }
  }
  return merges;
}

std::vector<std::string> raw_pieces(const ByteLevelVocabulary& vocabulary) {
  BRAID_ASSERT(vocabulary.names.size() == vocabulary.kinds.size());
  std::vector<std::string> pieces;
  pieces.reserve(vocabulary.names.size());
  for (size_t id = 0; id < vocabulary.names.size(); ++id) {
    const std::string& name = vocabulary.names[id];
    // A name outside the byte alphabet stands for itself, as in the Hugging Face decoder.
    auto bytes = vocabulary.kinds[id] == TokenKind::kNormal ? bytes_of_name(name) : std::nullopt;
    pieces.push_back(bytes ? std::move(*bytes) : name);
  }
  return pieces;
}

std::string hash_vocabulary(const ByteLevelVocabulary& vocabulary) {
  Hasher hasher;
  const auto add = [&](std::string_view text) {
    hasher.update(fmt::format("{}:", text.size())).update(text);
  };
  add("byte-level BPE");
  add(vocabulary.ignore_merges ? "ignore merges" : "merges first");
  for (const auto& pattern : vocabulary.patterns) add(pattern);
  for (size_t id = 0; id < vocabulary.names.size(); ++id) {
    add(fmt::format("{}", static_cast<int>(vocabulary.kinds[id])));
    add(vocabulary.names[id]);
  }
  for (const auto& [left, right] : vocabulary.merges) {
    add(left);
    add(right);
  }
  return hasher.hex();
}

}  // namespace

ByteLevelBpe::ByteLevelBpe(ByteLevelVocabulary vocabulary)
    : where_(vocabulary.where),
      pieces_(raw_pieces(vocabulary)),
      merger_(resolve_merges(vocabulary)),
      pretokenizer_(vocabulary.patterns, vocabulary.where),
      special_(std::move(vocabulary.special)),
      fingerprint_(hash_vocabulary(vocabulary)) {
  byte_ids_.fill(-1);
  for (size_t id = 0; id < pieces_.size(); ++id) {
    const std::string& piece = pieces_[id];
    const auto token = static_cast<int32_t>(id);
    if (vocabulary.kinds[id] == TokenKind::kControl) {
      control_.emplace(piece, token);
      control_tokens_.add(piece, token);
    }
    if (vocabulary.kinds[id] == TokenKind::kUserDefined) added_.add(piece, token);
    if (vocabulary.kinds[id] == TokenKind::kNormal && piece.size() == 1 &&
        vocabulary.names[id] == byte_character(static_cast<unsigned char>(piece[0]))) {
      byte_ids_[static_cast<unsigned char>(piece[0])] = token;
    }
  }
  index_whole_words(vocabulary);
}

void ByteLevelBpe::index_whole_words(const ByteLevelVocabulary& vocabulary) {
  Ids words;
  words.reserve(pieces_.size());
  std::vector<int32_t> scratch, ids;
  for (size_t id = 0; id < pieces_.size(); ++id) {
    if (vocabulary.kinds[id] != TokenKind::kNormal) continue;
    const auto token = static_cast<int32_t>(id);
    ids.clear();
    append_word(pieces_[id], scratch, ids);
    if (vocabulary.ignore_merges || (ids.size() == 1 && ids[0] == token)) {
      words.emplace(pieces_[id], token);
    }
  }
  whole_words_ = std::move(words);
}

void ByteLevelBpe::append_word(std::string_view word, std::vector<int32_t>& scratch,
                               std::vector<int32_t>& ids) const {
  if (const auto whole = whole_words_.find(word); whole != whole_words_.end()) {
    ids.push_back(whole->second);
    return;
  }
  scratch.clear();
  for (const char c : word) {
    const int32_t id = byte_ids_[static_cast<unsigned char>(c)];
    if (id >= 0) scratch.push_back(id);
  }
  merger_.merge(scratch);
  ids.insert(ids.end(), scratch.begin(), scratch.end());
}

std::vector<int32_t> ByteLevelBpe::encode(std::string_view text) const {
  require_utf8(text, "the text to encode");
  std::vector<int32_t> ids;
  ids.reserve(text.size() / 4 + 1);
  std::vector<int32_t> scratch;
  std::vector<std::string_view> words;
  for (size_t done = 0; done < text.size();) {
    const AddedTokens::Match match = added_.find(text, done);
    words.clear();
    pretokenizer_.split(text.substr(done, match.begin - done), words);
    for (const std::string_view word : words) append_word(word, scratch, ids);
    if (match.id < 0) break;
    ids.push_back(match.id);
    done = match.begin + match.length;
  }
  return ids;
}

std::vector<int32_t> ByteLevelBpe::encode_rendered(const RenderedText& text) const {
  require_utf8(text.text, "the text to encode");
  std::vector<int32_t> ids;
  for_each_stretch(
      text, control_tokens_,
      [&](size_t begin, size_t end) {
        const auto more = encode(std::string_view(text.text).substr(begin, end - begin));
        ids.insert(ids.end(), more.begin(), more.end());
      },
      [&](const AddedTokens::Match& match) { ids.push_back(match.id); });
  return ids;
}

std::vector<TokenSpan> ByteLevelBpe::encode_spans(const RenderedText& text) const {
  std::vector<TokenSpan> spans;
  size_t at = 0;
  for (const int32_t id : encode_rendered(text)) {
    const size_t end = std::min(text.text.size(), at + piece(id).size());
    spans.push_back({id, {at, end}});
    at = end;
  }
  return spans;
}

const std::string& ByteLevelBpe::piece_at(int32_t id) const {
  if (id < 0 || id >= vocab_size()) {
    fail("{}: token id {} is outside the vocabulary of {} tokens", where_, id, vocab_size());
  }
  return pieces_[static_cast<size_t>(id)];
}

std::string ByteLevelBpe::piece(int32_t id) const { return piece_at(id); }

std::string ByteLevelBpe::decode(std::span<const int32_t> ids) const {
  std::string text;
  for (const int32_t id : ids) text += piece_at(id);
  return text;
}

std::optional<int32_t> ByteLevelBpe::special_id(std::string_view name) const {
  const auto found = control_.find(name);
  return found == control_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace braid
