// From "this part matches, that part does not" to pieces.
#pragma once

#include "data/text/pre_tokenizer.h"

namespace braid {

// Fed with all of a stretch, from left to right; `finish` ends it.
class Splitter {
 public:
  Splitter(const Stretch& text, SplitBehavior behavior, PieceSink& sink)
      : text_(text), behavior_(behavior), sink_(sink) {}

  void part(size_t begin, size_t end, bool matches) {
    if (begin == end) return;
    if (behavior_ == SplitBehavior::kIsolated || behavior_ == SplitBehavior::kRemoved) {
      if (behavior_ == SplitBehavior::kIsolated || !matches) sink_.take(text_.part(begin, end));
    } else if (joins(matches)) {
      end_ = end;
      matched_ = matches;
    } else {
      finish();
      begin_ = begin;
      end_ = end;
      matched_ = matches;
    }
  }

  void finish() {
    if (begin_ < end_) sink_.take(text_.part(begin_, end_));
    begin_ = end_;
  }

 private:
  // Whether a part continues the piece that was begun.
  bool joins(bool matches) const {
    if (begin_ == end_) return false;
    switch (behavior_) {
      case SplitBehavior::kMergedWithPrevious:
        return matches && !matched_;
      case SplitBehavior::kMergedWithNext:
        return !matches && matched_;
      default:
        return matches == matched_;
    }
  }

  const Stretch& text_;
  SplitBehavior behavior_;
  PieceSink& sink_;
  size_t begin_ = 0, end_ = 0;  // the piece that was begun
  bool matched_ = false;        // whether the last part matched
};

}  // namespace braid
