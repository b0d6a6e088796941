#include "data/jinja/rendered_text.h"

#include <utility>

namespace braid {

RenderedText foreign_text(std::string text) {
  RenderedText rendered;
  if (!text.empty()) rendered.foreign.push_back({0, text.size()});
  rendered.text = std::move(text);
  return rendered;
}

}  // namespace braid
