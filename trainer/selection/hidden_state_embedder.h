// Prompts as mean hidden states of a language model.
#pragma once

#include "data/selection/embedder.h"
#include "data/text/tokenizer.h"
#include "model/transformer.h"

namespace braid {

// The mean over all tokens of a prompt of the final-normed hidden states, scaled to length 1. The
// text is taken as it is, without chat template; a prompt of more than `max_tokens` by its first
// ones. Forward passes without gradients, at most `token_budget` tokens each (a longer prompt
// alone).
class HiddenStateEmbedder : public PromptEmbedder {
 public:
  // All references must outlive the embedder.
  HiddenStateEmbedder(const Transformer& model, const Tokenizer& tokenizer, int64_t max_tokens,
                      int64_t token_budget);

  Matrix embed(std::span<const std::string_view> texts) const override;

 private:
  const Transformer& model_;
  const Tokenizer& tokenizer_;
  int64_t max_tokens_, token_budget_;
};

}  // namespace braid
