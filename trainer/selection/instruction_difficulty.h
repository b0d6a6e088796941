// Instruction-following difficulty (IFD; Li et al. 2023, "From Quantity to Quality"): how much the
// prompt helps a model to predict the answer.
#pragma once

#include "data/batches/encode.h"
#include "data/selection/quality.h"
#include "data/text/chat_template.h"
#include "model/transformer.h"

namespace braid {

// IFD = mean NLL(chosen | prompt) / mean NLL(chosen), both over the tokens of the chosen answer and
// its stop token, by the base model. Close to 1: the prompt does not help, so the pair has
// something to teach. Above 1 prompt and answer do not belong together. The quality is the IFD up
// to 1 and 1 - IFD above, so that those come last; a pair that cannot be encoded comes behind all.
//
// The prompt is one user turn. The answer alone follows the BOS, or the stop token of models
// without one.
class InstructionDifficulty : public QualityScore {
 public:
  // All references must outlive the score.
  InstructionDifficulty(const Transformer& model, const ChatTemplate& chat,
                        const EncodeLimits& limits, int64_t token_budget);

  std::vector<double> score(std::span<const Candidate> candidates) const override;

 private:
  const Transformer& model_;
  const ChatTemplate& chat_;
  EncodeLimits limits_;
  int64_t token_budget_;
};

}  // namespace braid
