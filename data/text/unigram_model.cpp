// Unigram, with the arithmetic and the order of candidates of the Hugging Face tokenizers library:
// equal sums are decided by who came first.
#include "data/text/unigram_model.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "data/text/utf8.h"

namespace braid {

UnigramModel::UnigramModel(const Vocabulary& vocabulary, std::vector<double> scores,
                           std::optional<int32_t> unk, bool byte_fallback)
    : where_(vocabulary.where()), scores_(std::move(scores)), unk_(unk) {
  BRAID_ASSERT(scores_.size() <= static_cast<size_t>(vocabulary.size()));
  constexpr double kUnkPenalty = 10;
  double lowest = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < scores_.size(); ++i) {
    const auto id = static_cast<int32_t>(i);
    lowest = std::min(lowest, scores_[i]);
    // A control token keeps its id and its part in the lowest score, but no text is it.
    if (vocabulary.kind(id) != TokenKind::kControl) trie_.insert(vocabulary.name(id), id);
  }
  unk_score_ = lowest - kUnkPenalty;
  byte_ids_.fill(-1);
  for (int byte = 0; byte_fallback && byte < 256; ++byte) {
    const auto id = vocabulary.find(fmt::format("<0x{:02X}>", byte));
    if (id) byte_ids_[static_cast<size_t>(byte)] = *id;
  }
}

int32_t UnigramModel::require_unk() const {
  if (!unk_) fail("{}: a text has an unknown character, and model.unk_id names no token", where_);
  return *unk_;
}

int32_t UnigramModel::token(std::string_view text) const {
  int32_t node = ByteTrie::kRoot;
  for (const char byte : text) {
    if ((node = trie_.child(node, byte)) < 0) return -1;
  }
  return trie_.value(node);
}

void UnigramModel::find_paths(std::string_view piece, ModelScratch& scratch) const {
  auto& paths = scratch.paths;
  paths.assign(piece.size() + 1, {});
  const auto offer = [&](size_t begin, size_t end, int32_t id, double score) {
    ModelScratch::Path& path = paths[end];
    const double sum = score + paths[begin].score;
    if (path.begin < 0 || sum > path.score) path = {sum, static_cast<int64_t>(begin), id};
  };
  for (size_t begin = 0; begin < piece.size();) {
    const size_t next = begin + utf8_length(piece[begin]);
    bool has_character = false;
    int32_t node = ByteTrie::kRoot;
    for (size_t end = begin; end < piece.size();) {
      node = trie_.child(node, piece[end++]);
      if (node < 0) break;
      const int32_t id = trie_.value(node);
      if (id < 0) continue;
      offer(begin, end, id, scores_[static_cast<size_t>(id)]);
      has_character = has_character || end == next;
    }
    if (!has_character) offer(begin, next, require_unk(), unk_score_);
    begin = next;
  }
}

void UnigramModel::append_unknown(const Stretch& piece, size_t begin, size_t end,
                                  TokenSink& sink) const {
  const std::string_view text = piece.text.substr(begin, end - begin);
  if (const int32_t id = token(text); id >= 0) return sink.add(id, piece, begin, end);
  const auto id_of = [&](char byte) { return byte_ids_[static_cast<unsigned char>(byte)]; };
  if (std::ranges::all_of(text, [&](char byte) { return id_of(byte) >= 0; })) {
    for (const char byte : text) sink.add(id_of(byte), piece, begin, end);
    return;
  }
  sink.add(require_unk(), piece, begin, end);
}

void UnigramModel::append(const Stretch& piece, ModelScratch& scratch, TokenSink& sink) const {
  find_paths(piece.text, scratch);
  auto& ranges = scratch.ranges;
  auto& ids = scratch.symbols;
  ranges.clear();
  ids.clear();
  for (size_t end = piece.text.size(); end > 0;) {
    const ModelScratch::Path& path = scratch.paths[end];
    const auto begin = static_cast<size_t>(path.begin);
    const bool unknown = unk_ && path.id == *unk_;
    if (unknown && !ids.empty() && ids.back() == *unk_) {
      ranges.back().begin = begin;
    } else {
      ids.push_back(path.id);
      ranges.push_back({begin, end});
    }
    end = begin;
  }
  for (size_t i = ids.size(); i-- > 0;) {
    const auto [begin, end] = ranges[i];
    if (unk_ && ids[i] == *unk_) {
      append_unknown(piece, begin, end, sink);
    } else {
      sink.add(ids[i], piece, begin, end);
    }
  }
}

}  // namespace braid
