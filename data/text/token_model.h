// The last stage of encoding: the tokens of one piece of text.
#pragma once

#include <cstdint>
#include <vector>

#include "data/text/stretch.h"
#include "data/text/tokenizer.h"

namespace braid {

// Where tokens go: ids, and their origin when somebody asked for it.
class TokenSink {
 public:
  explicit TokenSink(bool with_spans) : with_spans_(with_spans) {}

  bool with_spans() const { return with_spans_; }

  // A token made of bytes [begin, end) of `piece`, whose source is tracked when spans are wanted.
  void add(int32_t id, const Stretch& piece, size_t begin, size_t end) {
    ids.push_back(id);
    if (with_spans_) {
      spans.push_back({id, {piece.source[begin].begin, piece.source[end - 1].end}});
    }
  }

  std::vector<int32_t> ids;
  std::vector<TokenSpan> spans;

 private:
  bool with_spans_;
};

// Memory that models use again from piece to piece.
struct ModelScratch {
  struct Path {  // the best way to a place of the piece
    double score = 0;
    int64_t begin = -1;  // of its last token; -1: no way yet
    int32_t id = -1;
  };
  std::vector<int32_t> symbols;
  std::vector<ByteRange> ranges;
  std::vector<Path> paths;
};

// Thread-compatible: const use from several threads is safe.
class TokenModel {
 public:
  virtual ~TokenModel() = default;

  // Appends the tokens of `piece`, which is not empty. Control tokens are never among them.
  virtual void append(const Stretch& piece, ModelScratch& scratch, TokenSink& sink) const = 0;
};

}  // namespace braid
