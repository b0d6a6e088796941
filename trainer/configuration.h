// The run configuration: one JSON file, every key overridable as a flag of the same name, unknown
// keys are errors.
//
// Every option is declared once, in options.cpp: the parser, the command-line flags, the resolved
// configuration in the run directory and docs/configuration.md all come from that table.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "data/batches/encode.h"
#include "data/selection/config.h"
#include "losses/preference.h"
#include "model/lora.h"

namespace braid {

struct DataConfig {
  Json sources = Json::array();         // feedback to prepare; docs/feedback.md
  Json protect = Json::array();         // evaluation sets to keep out of training
  std::string prepared;                 // where prepared data lies; empty: in the run directory
  std::vector<std::string> train;       // files of ready pairs, in place of sources
  std::vector<std::string> validation;  // held-out files; empty: `held_out` of the training files
  double held_out = 0.1;                // fraction of prompts, by hash
  std::optional<uint64_t> seed;         // of split and selection; unset: that of the run
  TemplateConfig chat_template;
  EncodeLimits limits;
};

struct OptimizerConfig {
  double learning_rate = 1e-4;
  double lora_plus_ratio = 1.0;  // learning rate of B over that of A
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0.0;
  double max_grad_norm = 1.0;       // 0: no clipping
  std::string schedule = "cosine";  // cosine | linear | constant
  double warmup = 0.1;              // below 1: fraction of all steps; otherwise steps
  double min_ratio = 0.0;           // where the decay ends, over the peak (cosine, linear)
};

struct TrainConfig {
  double epochs = 1.0;
  int64_t max_steps = 0;        // 0: from epochs
  int64_t pairs_per_step = 16;  // groups per optimizer step
  int64_t micro_batch_tokens = 2048;
  std::string recompute = "auto";  // auto (when memory is short) | on | off
  bool shuffle = true;
  int64_t log_every = 1;
  int64_t eval_every = 0;         // 0: only at the end
  int64_t checkpoint_every = 50;  // 0: only at the end
  int64_t keep_checkpoints = 2;
  int64_t keep_every = 0;         // 0: none is kept for good
  int64_t max_skipped_steps = 5;  // in a row
  std::string best;               // number in metrics.jsonl whose best adapter is kept; empty: none
  std::string best_goal = "auto";  // auto | max | min
  int64_t patience = 0;            // measurements without improvement that end the run; 0: none
  double sft_weight = 0.0;
  double preference_weight = 1.0;
  std::string reference = "base";  // base | initial | path of an adapter
  bool cache_reference = true;
  std::string reference_cache;  // directory shared with other runs; empty: in the run directory
};

struct RunConfiguration {
  std::string model;
  std::string adapter;          // adapter to start from
  std::string output;           // run directory
  std::string dtype = "bf16";   // bf16 | fp32
  std::string device = "auto";  // auto | cpu | cuda
  int64_t threads = 0;          // 0: all cores
  uint64_t seed = 0;
  std::string time_budget;  // after which the command ends as if asked to; empty: none
  DataConfig data;
  SelectionConfig selection;  // its seed and threads are those of the run
  LoraConfig lora;
  PreferenceConfig loss;
  OptimizerConfig optimizer;
  TrainConfig train;
  Json evaluation = Json::array();  // tasks; docs/evaluation.md

  uint64_t data_seed() const { return data.seed.value_or(seed); }

  // One Error that lists every violation with key, value and what is valid. Preparation can do
  // without a model.
  void validate(bool needs_model) const;

  // All keys, resolved; reads back as the same configuration. Unset optional values are null.
  Json to_json() const;
};

// Defaults < file < overrides ({"loss.beta", "0.2"}). `file` may also be the run.json that training
// writes into its run directory; an empty one stands for a file without keys. Relative paths in the
// file are relative to the file's directory, those of overrides to the working directory. Errors
// list everything that is wrong in the file, or in the overrides, at once; they are about types and
// names only: call `validate` before use.
RunConfiguration load_configuration(
    const std::filesystem::path& file,
    const std::vector<std::pair<std::string, std::string>>& overrides);

}  // namespace braid
