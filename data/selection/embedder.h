// What turns prompts into vectors, for clustering.
#pragma once

#include <span>
#include <string_view>

#include "data/selection/matrix.h"

namespace braid {

// Implementations may look at all the texts together (document frequencies), but must not depend on
// their order beyond the order of the rows.
class PromptEmbedder {
 public:
  virtual ~PromptEmbedder() = default;
  // One row per text, finite, of length 1, or 0 for a text that says nothing.
  virtual Matrix embed(std::span<const std::string_view> texts) const = 0;
};

}  // namespace braid
