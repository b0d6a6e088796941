// Byte-pair encoding, with the corner cases of the Hugging Face tokenizers library.
#include "data/text/bpe_model.h"

#include <algorithm>
#include <unordered_set>

#include "base/error.h"
#include "data/text/byte_alphabet.h"
#include "data/text/utf8.h"

namespace braid {
namespace {

// Gathers unknown characters on their way into the symbols of a word.
class Unknown {
 public:
  Unknown(const BpeSettings& settings, ModelScratch& scratch)
      : settings_(settings), scratch_(scratch) {}

  void add(size_t begin, size_t end) {
    if (!settings_.unk) return;
    if (pending_ && !settings_.fuse_unk) flush();
    if (!pending_) range_.begin = begin;
    range_.end = end;
    pending_ = true;
  }

  void flush() {
    if (!pending_) return;
    scratch_.symbols.push_back(*settings_.unk);
    scratch_.ranges.push_back(range_);
    pending_ = false;
  }

 private:
  const BpeSettings& settings_;
  ModelScratch& scratch_;
  ByteRange range_;
  bool pending_ = false;
};

std::string byte_name(int byte) { return fmt::format("<0x{:02X}>", byte); }

}  // namespace

std::vector<BpeMerger::Merge> resolve_merges(const NamedMerges& merges,
                                             const Vocabulary& vocabulary, size_t prefix_length) {
  const auto id_of = [&](std::string_view name, size_t rank) {
    const auto id = vocabulary.find(name);
    if (!id) {
      fail("{}: merge {} names {}, which is not in the vocabulary", vocabulary.where(), rank,
           quote(name));
    }
    return *id;
  };
  std::vector<BpeMerger::Merge> resolved;
  resolved.reserve(merges.size());
  std::unordered_set<uint64_t> seen;
  seen.reserve(merges.size());
  for (size_t rank = 0; rank < merges.size(); ++rank) {
    const auto& [left, right] = merges[rank];
    if (right.size() < prefix_length) id_of("", rank);
    BpeMerger::Merge merge = {id_of(left, rank), id_of(right, rank),
                              id_of(left + right.substr(prefix_length), rank),
                              static_cast<int32_t>(rank)};
    if (!seen.insert(static_cast<uint64_t>(merge.left) << 32 | static_cast<uint32_t>(merge.right))
             .second) {
      fail("{}: merge {} ({} and {}) is there twice", vocabulary.where(), rank, quote(left),
           quote(right));
    }
    if (vocabulary.kind(merge.result) != TokenKind::kControl) resolved.push_back(merge);
  }
  return resolved;
}

BpeModel::BpeModel(const Vocabulary& vocabulary, const std::vector<BpeMerger::Merge>& merges,
                   BpeSettings settings)
    : settings_(std::move(settings)), merger_(merges) {
  byte_ids_.fill(-1);
  settings_.byte_level ? set_up_bytes(vocabulary) : set_up_characters(vocabulary);
  check(vocabulary);
  index_words(vocabulary);
}

void BpeModel::check(const Vocabulary& vocabulary) const {
  const bool affixes =
      !settings_.continuing_subword_prefix.empty() || !settings_.end_of_word_suffix.empty();
  if (affixes && (settings_.byte_level || settings_.byte_fallback || settings_.ignore_merges)) {
    fail("{}: model.{}: is not supported together with {}", vocabulary.where(),
         settings_.end_of_word_suffix.empty() ? "continuing_subword_prefix" : "end_of_word_suffix",
         settings_.byte_level      ? "ByteLevel"
         : settings_.byte_fallback ? "byte_fallback"
                                   : "ignore_merges");
  }
  if (!settings_.byte_level) return;
  const bool all_bytes = std::ranges::all_of(byte_ids_, [](int32_t id) { return id >= 0; });
  if (settings_.byte_fallback && !all_bytes) {
    fail(
        "{}: model.byte_fallback: is not supported with ByteLevel and a vocabulary without some "
        "bytes",
        vocabulary.where());
  }
}

void BpeModel::set_up_bytes(const Vocabulary& vocabulary) {
  for (int byte = 0; byte < 256; ++byte) {
    const auto id = vocabulary.find(byte_character(static_cast<unsigned char>(byte)));
    if (id && vocabulary.kind(*id) == TokenKind::kNormal) {
      byte_ids_[static_cast<size_t>(byte)] = *id;
    }
  }
}

void BpeModel::set_up_characters(const Vocabulary& vocabulary) {
  const size_t affixes =
      settings_.continuing_subword_prefix.size() + settings_.end_of_word_suffix.size();
  characters_ = WordTable(static_cast<size_t>(vocabulary.count()));
  for (int32_t id = 0; id < vocabulary.size(); ++id) {
    const std::string& name = vocabulary.name(id);
    const TokenKind kind = vocabulary.kind(id);
    if (kind != TokenKind::kNormal) continue;
    if (name.size() <= affixes + 4) characters_.insert(name, id);
  }
  if (!settings_.byte_fallback) return;
  for (int byte = 0; byte < 256; ++byte) {
    if (const auto id = vocabulary.find(byte_name(byte)))
      byte_ids_[static_cast<size_t>(byte)] = *id;
  }
}

void BpeModel::index_words(const Vocabulary& vocabulary) {
  // With affixes a piece is not named like the token it becomes.
  if (!settings_.continuing_subword_prefix.empty() || !settings_.end_of_word_suffix.empty()) {
    return;
  }
  WordTable words(static_cast<size_t>(vocabulary.count()));
  ModelScratch scratch;
  for (int32_t id = 0; id < vocabulary.size(); ++id) {
    const TokenKind kind = vocabulary.kind(id);
    if (kind != TokenKind::kNormal) continue;
    const auto word = settings_.byte_level ? bytes_of_name(vocabulary.name(id))
                                           : std::optional(vocabulary.name(id));
    if (!word) continue;  // outside the alphabet: no text gets there
    if (!settings_.ignore_merges) {
      TokenSink sink(false);
      append_merged({*word}, scratch, sink);
      if (sink.ids != std::vector<int32_t>{id}) continue;
    }
    words.insert(*word, id);
  }
  words_ = std::move(words);
}

void BpeModel::append(const Stretch& piece, ModelScratch& scratch, TokenSink& sink) const {
  if (const int32_t id = words_.find(piece.text); id >= 0) {
    return sink.add(id, piece, 0, piece.text.size());
  }
  append_merged(piece, scratch, sink);
}

void BpeModel::append_merged(const Stretch& piece, ModelScratch& scratch, TokenSink& sink) const {
  scratch.symbols.clear();
  scratch.ranges.clear();
  settings_.byte_level ? cut_bytes(piece.text, scratch) : cut_characters(piece.text, scratch);
  if (!sink.with_spans()) {
    merger_.merge(scratch.symbols);
    sink.ids.insert(sink.ids.end(), scratch.symbols.begin(), scratch.symbols.end());
    return;
  }
  merger_.merge(scratch.symbols, &scratch.ranges);
  for (size_t i = 0; i < scratch.symbols.size(); ++i) {
    sink.add(scratch.symbols[i], piece, scratch.ranges[i].begin, scratch.ranges[i].end);
  }
}

void BpeModel::cut_bytes(std::string_view piece, ModelScratch& scratch) const {
  Unknown unknown(settings_, scratch);
  for (size_t at = 0; at < piece.size(); ++at) {
    const int32_t id = byte_ids_[static_cast<unsigned char>(piece[at])];
    if (id < 0) {
      unknown.add(at, at + 1);
      continue;
    }
    unknown.flush();
    scratch.symbols.push_back(id);
    scratch.ranges.push_back({at, at + 1});
  }
  unknown.flush();
}

int32_t BpeModel::character_id(std::string_view piece, size_t begin, size_t end,
                               std::string& name) const {
  const std::string_view character = piece.substr(begin, end - begin);
  if (settings_.continuing_subword_prefix.empty() && settings_.end_of_word_suffix.empty()) {
    return characters_.find(character);
  }
  name.clear();
  if (begin > 0) name += settings_.continuing_subword_prefix;
  name += character;
  if (end == piece.size()) name += settings_.end_of_word_suffix;
  return characters_.find(name);
}

// The library leaves characters that are unknown so far where they are: they come behind the bytes.
bool BpeModel::fall_back_to_bytes(std::string_view character, size_t begin,
                                  ModelScratch& scratch) const {
  const auto id_of = [&](char byte) { return byte_ids_[static_cast<unsigned char>(byte)]; };
  if (!std::ranges::all_of(character, [&](char byte) { return id_of(byte) >= 0; })) return false;
  for (const char byte : character) {
    scratch.symbols.push_back(id_of(byte));
    scratch.ranges.push_back({begin, begin + 1});
    ++begin;
  }
  return true;
}

void BpeModel::cut_characters(std::string_view piece, ModelScratch& scratch) const {
  Unknown unknown(settings_, scratch);
  std::string name;
  for (size_t begin = 0; begin < piece.size();) {
    const size_t end = begin + utf8_length(piece[begin]);
    const int32_t id = character_id(piece, begin, end, name);
    if (id >= 0) {
      unknown.flush();
      scratch.symbols.push_back(id);
      scratch.ranges.push_back({begin, end});
    } else if (!settings_.byte_fallback ||
               !fall_back_to_bytes(piece.substr(begin, end - begin), begin, scratch)) {
      unknown.add(begin, end);
    }
    begin = end;
  }
  unknown.flush();
}

}  // namespace braid
