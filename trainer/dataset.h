// From feedback to encoded training and held-out groups.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/batches/encode.h"
#include "data/batches/group_store.h"
#include "data/feedback/reader.h"
#include "model/config.h"
#include "trainer/configuration.h"
#include "trainer/model_tokenizer.h"

namespace braid {

struct Dataset {
  std::vector<EncodedGroup> train, validation;  // views into `stores`
  ReadReport read;
  EncodeReport encoded;
  int64_t train_prompts_held_out = 0;  // training groups whose prompt is in data.validation too
  std::vector<GroupStore> stores;

  // One line per number: groups, pairs, demonstrations, drops by reason.
  std::vector<std::string> describe() const;
};

// Prepares data.sources when there are some, reads, encodes and splits. A model without a tokenizer
// can train on rows of ids. What was encoded is kept in `cache` and used again while nothing it was
// made from has changed; empty: not kept. Errors: rows of text without a usable tokenizer or
// template, an id without a row in the model's embedding, and, with `need_training`, nothing left
// to train on.
Dataset load_dataset(const RunConfiguration& config, const ModelConfig& model,
                     const ModelTokenizer& tokenizer, bool need_training,
                     const std::filesystem::path& cache = {});

}  // namespace braid
