#include "trainer/selection/model_selection.h"

#include "trainer/commands/session.h"

namespace braid {

ModelSelection::ModelSelection(const RunConfiguration& config)
    : model_(open_model(config)), tokenizer_(load_tokenizer(config.model)) {
  const auto& limits = config.data.limits;
  const int64_t budget = config.train.micro_batch_tokens;
  if (config.selection.embedding == Embedding::kModel) {
    embedder_.emplace(model_.transformer, *tokenizer_, limits.max_length, budget);
  }
  if (config.selection.quality == QualityScale::kIfd) {
    chat_.emplace(*tokenizer_, config.data.chat_template);
    quality_.emplace(model_.transformer, *chat_, limits, budget);
  }
}

SelectionParts ModelSelection::parts() const {
  return {embedder_ ? &*embedder_ : nullptr, quality_ ? &*quality_ : nullptr};
}

}  // namespace braid
