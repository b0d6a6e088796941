// From feedback files to encoded training and held-out groups.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/batches/groups.h"
#include "data/feedback/reader.h"
#include "model/config.h"
#include "trainer/configuration.h"

namespace braid {

struct Dataset {
  std::vector<EncodedGroup> train, validation;
  ReadReport read;
  EncodeReport encoded;
  int64_t train_prompts_held_out = 0;  // training groups whose prompt is in data.validation too
  std::shared_ptr<const Tokenizer> tokenizer;  // null when every row was pre-tokenised

  // One line per number: groups, pairs, demonstrations, drops by reason.
  std::vector<std::string> describe() const;
};

// Reads, encodes and splits. The model's tokenizer is loaded only when a row has text, so that a
// model directory without one can train on ids. Error when an id has no row in the model's
// embedding, and, with `need_training`, when nothing is left to train on.
Dataset load_dataset(const RunConfiguration& config, const ModelConfig& model, bool need_training);

TemplateKind parse_template_kind(const std::string& name);

}  // namespace braid
