// Finds control tokens in a rendered conversation.
#include "data/text/control_tokens.h"

#include <algorithm>

namespace braid {

void for_each_stretch(const RenderedText& text, const AddedTokens& tokens,
                      const std::function<void(size_t begin, size_t end)>& plain,
                      const std::function<void(const AddedTokens::Match&)>& control) {
  const std::string_view all = text.text;
  size_t done = 0;
  const auto own_stretch = [&](size_t begin, size_t end) {
    for (;;) {
      const auto match = tokens.find(all.substr(0, end), begin);
      if (match.id < 0) return;
      if (match.begin > done) plain(done, match.begin);
      control(match);
      begin = done = match.begin + match.length;
    }
  };
  size_t begin = 0;
  for (const ByteRange& range : text.foreign) {
    own_stretch(begin, range.begin);
    begin = range.end;
  }
  own_stretch(begin, all.size());
  if (done < all.size()) plain(done, all.size());
}

}  // namespace braid
