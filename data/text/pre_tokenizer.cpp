// Pre-tokenizers by pattern, text or character class.
#include "data/text/pre_tokenizer.h"

#include "data/text/char_classes.h"
#include "data/text/split_scanner.h"
#include "data/text/splitter.h"

namespace braid {
namespace {

// `find(text, from)` gives the next match.
template <typename Find>
class FindSplit final : public PreTokenizer {
 public:
  FindSplit(Find find, SplitBehavior behavior, bool invert)
      : find_(std::move(find)), behavior_(behavior), invert_(invert) {}

  void split(const Stretch& text, EditedText&, PieceSink& sink) const override {
    Splitter splitter(text, behavior_, sink);
    size_t done = 0;
    while (done < text.text.size()) {
      const auto match = find_(text.text, done);
      if (!match) break;
      splitter.part(done, match->begin, invert_);
      splitter.part(match->begin, match->end, !invert_);
      done = match->end;
    }
    splitter.part(done, text.text.size(), invert_);
    splitter.finish();
  }

 private:
  Find find_;
  SplitBehavior behavior_;
  bool invert_;
};

template <typename Find>
std::unique_ptr<PreTokenizer> make_find_split(Find find, SplitBehavior behavior, bool invert) {
  return std::make_unique<FindSplit<Find>>(std::move(find), behavior, invert);
}

class ScannerSplit final : public PreTokenizer {
 public:
  explicit ScannerSplit(SplitScanner scanner) : scanner_(scanner) {}

  void split(const Stretch& text, EditedText&, PieceSink& sink) const override {
    for (size_t at = 0; at < text.text.size();) {
      const size_t end = scanner_.end_of_word(text.text, at);
      sink.take(text.part(at, end));
      at = end;
    }
  }

 private:
  SplitScanner scanner_;
};

class ClassSplit final : public PreTokenizer {
 public:
  ClassSplit(uint8_t classes, SplitBehavior behavior) : classes_(classes), behavior_(behavior) {}

  void split(const Stretch& text, EditedText&, PieceSink& sink) const override {
    const CharClasses& table = CharClasses::get();
    Splitter splitter(text, behavior_, sink);
    size_t done = 0;
    for (size_t at = 0; at < text.text.size();) {
      const auto next = table.at(text.text, at);
      if ((next.classes & classes_) != 0) {
        splitter.part(done, at, false);
        splitter.part(at, at + next.length, true);
        done = at + next.length;
      }
      at += next.length;
    }
    splitter.part(done, text.text.size(), false);
    splitter.finish();
  }

 private:
  uint8_t classes_;
  SplitBehavior behavior_;
};

class WordSplit final : public PreTokenizer {
 public:
  void split(const Stretch& text, EditedText&, PieceSink& sink) const override {
    const CharClasses& table = CharClasses::get();
    size_t begin = 0;
    uint8_t kind = CharClasses::kSpace;
    for (size_t at = 0; at < text.text.size();) {
      const auto next = table.at(text.text, at);
      const uint8_t is = kind_of(next.classes);
      if (is != kind) {
        if (kind != CharClasses::kSpace) sink.take(text.part(begin, at));
        begin = at;
        kind = is;
      }
      at += next.length;
    }
    if (kind != CharClasses::kSpace) sink.take(text.part(begin, text.text.size()));
  }

 private:
  static uint8_t kind_of(uint8_t classes) {
    if ((classes & CharClasses::kWord) != 0) return CharClasses::kWord;
    return classes & CharClasses::kSpace;
  }
};

class Metaspace final : public PreTokenizer {
 public:
  Metaspace(std::string replacement, PrependScheme scheme, bool split)
      : replacement_(std::move(replacement)), scheme_(scheme), split_(split) {}

  void split(const Stretch& text, EditedText& edited, PieceSink& sink) const override {
    edited.begin(text);
    const bool prefixed = text.text.starts_with(' ') || text.text.starts_with(replacement_);
    const bool wanted =
        scheme_ == PrependScheme::kAlways || (scheme_ == PrependScheme::kFirst && text.at_start);
    if (wanted && !prefixed) edited.put(text, replacement_, 0);
    size_t done = 0;
    for (size_t at = 0; (at = text.text.find(' ', done)) != std::string_view::npos;) {
      edited.keep(text, done, at);
      edited.put(text, replacement_, at);
      done = at + 1;
    }
    edited.keep(text, done, text.text.size());
    split_ ? cut(edited.view(), sink) : sink.take(edited.view());
  }

 private:
  void cut(const Stretch& text, PieceSink& sink) const {
    Splitter splitter(text, SplitBehavior::kMergedWithNext, sink);
    size_t done = 0;
    for (size_t at = 0; (at = text.text.find(replacement_, done)) != std::string_view::npos;) {
      splitter.part(done, at, false);
      splitter.part(at, at + replacement_.size(), true);
      done = at + replacement_.size();
    }
    splitter.part(done, text.text.size(), false);
    splitter.finish();
  }

  std::string replacement_;
  PrependScheme scheme_;
  bool split_;
};

class SpacePrefix final : public PreTokenizer {
 public:
  void split(const Stretch& text, EditedText& edited, PieceSink& sink) const override {
    if (text.text.starts_with(' ')) return sink.take(text);
    edited.begin(text);
    edited.put(text, " ", 0);
    edited.keep(text, 0, text.text.size());
    sink.take(edited.view());
  }
};

}  // namespace

std::unique_ptr<PreTokenizer> pattern_splitter(const std::string& pattern, SplitBehavior behavior,
                                               bool invert, const std::string& where) {
  const auto scanner = SplitScanner::for_pattern(pattern);
  if (scanner && behavior == SplitBehavior::kIsolated) {
    return std::make_unique<ScannerSplit>(*scanner);
  }
  auto find = [compiled = Pattern(pattern, where)](std::string_view text, size_t from) {
    return compiled.find(text, from);
  };
  return make_find_split(std::move(find), behavior, invert);
}

std::unique_ptr<PreTokenizer> text_splitter(std::string text, SplitBehavior behavior, bool invert) {
  auto find = [text = std::move(text)](std::string_view in,
                                       size_t from) -> std::optional<ByteRange> {
    const size_t at = in.find(text, from);
    if (at == std::string_view::npos) return std::nullopt;
    return ByteRange{at, at + text.size()};
  };
  return make_find_split(std::move(find), behavior, invert);
}

std::unique_ptr<PreTokenizer> class_splitter(uint8_t classes, SplitBehavior behavior) {
  return std::make_unique<ClassSplit>(classes, behavior);
}

std::unique_ptr<PreTokenizer> word_splitter() { return std::make_unique<WordSplit>(); }

std::unique_ptr<PreTokenizer> metaspace(std::string replacement, PrependScheme scheme, bool split) {
  return std::make_unique<Metaspace>(std::move(replacement), scheme, split);
}

std::unique_ptr<PreTokenizer> space_prefix() { return std::make_unique<SpacePrefix>(); }

}  // namespace braid
