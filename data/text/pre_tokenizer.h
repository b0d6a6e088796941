// Pre-tokenizers: the stages that cut a text into the pieces the model sees one by one. Every stage
// cuts each piece of the stage before and sees nothing beyond it (look-around ends there).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "data/text/pattern.h"
#include "data/text/stretch.h"

namespace braid {

// Takes the pieces of a stage, in order; none is empty. A piece is valid during the call.
class PieceSink {
 public:
  virtual void take(const Stretch& piece) = 0;

 protected:
  ~PieceSink() = default;
};

// Thread-compatible: const use from several threads is safe.
class PreTokenizer {
 public:
  virtual ~PreTokenizer() = default;

  // `edited` holds what the stage rewrites; the sink must not use it. Error when a pattern needs
  // more than PCRE2's match limit.
  virtual void split(const Stretch& text, EditedText& edited, PieceSink& sink) const = 0;
};

// What becomes of the parts that match.
enum class SplitBehavior {
  kRemoved,
  kIsolated,            // pieces of their own
  kMergedWithPrevious,  // end the piece before
  kMergedWithNext,      // begin the piece behind
  kContiguous,          // a run of them is a piece
};

enum class PrependScheme { kAlways, kFirst, kNever };

// GPT-2's pattern, which the ByteLevel component of tokenizer.json applies.
extern const std::string_view kGpt2Pattern;
extern const std::string_view kLlama3Pattern;
extern const std::string_view kQwen2Pattern;

// Matches of `pattern` (in Oniguruma's dialect); with `invert` what is between them. The patterns
// above are scanned by hand when they isolate. Error, beginning with `where`, on a bad pattern.
std::unique_ptr<PreTokenizer> pattern_splitter(const std::string& pattern, SplitBehavior behavior,
                                               bool invert, const std::string& where);
// Occurrences of `text`, which is not empty.
std::unique_ptr<PreTokenizer> text_splitter(std::string text, SplitBehavior behavior, bool invert);
// Each character that has one of the `classes` of CharClasses.
std::unique_ptr<PreTokenizer> class_splitter(uint8_t classes, SplitBehavior behavior);
// Runs of word characters and runs of others; white space is dropped.
std::unique_ptr<PreTokenizer> word_splitter();
// Spaces become `replacement`, which is also put in front (of every piece, or of the piece that
// begins the text) unless it is there; with `split` each begins a piece.
std::unique_ptr<PreTokenizer> metaspace(std::string replacement, PrependScheme scheme, bool split);
// A space in front of every piece that does not begin with one.
std::unique_ptr<PreTokenizer> space_prefix();

}  // namespace braid
