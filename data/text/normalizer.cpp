// Normalizers that look at single characters or fixed texts; the normal forms of Unicode are in
// unicode_forms.cpp.
#include "data/text/normalizer.h"

#include <utf8proc.h>

#include "data/text/char_classes.h"

namespace braid {
namespace {

class Lowercase final : public Normalizer {
 public:
  bool apply(const Stretch& text, EditedText& result) const override {
    result.begin(text);
    std::string lower;
    for (size_t at = 0; at < text.text.size();) {
      const CodePoint point = code_point_at(text.text, at);
      lower.clear();
      if (point.value == 0x130) {  // the only character whose lower case is two
        lower = "i\u0307";
      } else {
        append_utf8(lower, static_cast<uint32_t>(
                               utf8proc_tolower(static_cast<utf8proc_int32_t>(point.value))));
      }
      result.put(text, lower, at);
      at += point.length;
    }
    return true;
  }
};

class Prepend final : public Normalizer {
 public:
  explicit Prepend(std::string prefix) : prefix_(std::move(prefix)) {}

  bool apply(const Stretch& text, EditedText& result) const override {
    if (text.text.empty()) return false;
    result.begin(text);
    result.put(text, prefix_, 0);
    result.keep(text, 0, text.text.size());
    return true;
  }

 private:
  std::string prefix_;
};

class Strip final : public Normalizer {
 public:
  Strip(bool left, bool right) : left_(left), right_(right) {}

  bool apply(const Stretch& text, EditedText& result) const override {
    const auto is_space = [&](size_t at) {
      return (CharClasses::get().at(text.text, at).classes & CharClasses::kSpace) != 0;
    };
    size_t begin = 0, end = text.text.size();
    while (left_ && begin < end && is_space(begin)) begin += utf8_length(text.text[begin]);
    while (right_ && end > begin) {
      size_t last = end - 1;
      while ((static_cast<unsigned char>(text.text[last]) & 0xc0) == 0x80) --last;
      if (!is_space(last)) break;
      end = last;
    }
    if (end - begin == text.text.size()) return false;
    result.begin(text);
    result.keep(text, begin, end);
    return true;
  }

 private:
  bool left_, right_;
};

// `find(text, from)` gives the next occurrence.
template <typename Find>
class Replace final : public Normalizer {
 public:
  Replace(Find find, std::string content) : find_(std::move(find)), content_(std::move(content)) {}

  bool apply(const Stretch& text, EditedText& result) const override {
    auto match = find_(text.text, 0);
    if (!match) return false;
    result.begin(text);
    size_t done = 0;
    for (; match; match = find_(text.text, done)) {
      result.keep(text, done, match->begin);
      result.put(text, content_, match->end - 1);
      done = match->end;
    }
    result.keep(text, done, text.text.size());
    return true;
  }

 private:
  Find find_;
  std::string content_;
};

}  // namespace

std::unique_ptr<Normalizer> lowercase_normalizer() { return std::make_unique<Lowercase>(); }

std::unique_ptr<Normalizer> prepend_normalizer(std::string prefix) {
  return std::make_unique<Prepend>(std::move(prefix));
}

std::unique_ptr<Normalizer> strip_normalizer(bool left, bool right) {
  return std::make_unique<Strip>(left, right);
}

std::unique_ptr<Normalizer> replace_normalizer(std::string text, std::string content) {
  auto find = [text = std::move(text)](std::string_view in,
                                       size_t from) -> std::optional<ByteRange> {
    const size_t at = in.find(text, from);
    if (at == std::string_view::npos) return std::nullopt;
    return ByteRange{at, at + text.size()};
  };
  return std::make_unique<Replace<decltype(find)>>(std::move(find), std::move(content));
}

std::unique_ptr<Normalizer> replace_normalizer(Pattern pattern, std::string content) {
  auto find = [pattern = std::move(pattern)](std::string_view in, size_t from) {
    return pattern.find(in, from);
  };
  return std::make_unique<Replace<decltype(find)>>(std::move(find), std::move(content));
}

}  // namespace braid
