// The parts of selection that need the base model of a run.
#pragma once

#include <memory>
#include <optional>

#include "data/selection/select.h"
#include "data/text/chat_template.h"
#include "model/model.h"
#include "trainer/configuration.h"
#include "trainer/selection/hidden_state_embedder.h"
#include "trainer/selection/instruction_difficulty.h"

namespace braid {

class ModelSelection {
 public:
  // Loads the model, and makes the parts that `config.selection` asks for.
  explicit ModelSelection(const RunConfiguration& config);
  ModelSelection(const ModelSelection&) = delete;
  ModelSelection& operator=(const ModelSelection&) = delete;

  SelectionParts parts() const;

 private:
  LoadedModel model_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::optional<ChatTemplate> chat_;
  std::optional<HiddenStateEmbedder> embedder_;
  std::optional<InstructionDifficulty> quality_;
};

}  // namespace braid
