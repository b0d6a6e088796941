// Sampling from a model with a key/value cache, many prompts at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "model/lora.h"
#include "model/transformer.h"

namespace braid {

struct SamplingConfig {
  double temperature = 0.0;  // 0: greedy
  double top_p = 1.0;        // the smallest set of likeliest tokens with at least this mass
  int64_t max_new_tokens = 256;
  uint64_t seed = 0;

  void validate() const;
};

struct Generated {
  std::vector<int32_t> tokens;  // without the stop token
  bool complete = false;        // ended by a stop token or by the sink, not by a limit
};

// Sees every token as it comes; false ends its sequence there.
using TokenSink = std::function<bool(size_t sequence, int32_t token)>;

// New tokens after each of `prompts`, all at once: one decoding step serves every sequence that
// goes on. A sequence ends at one of `stop_ids`, by `sink` (which may be empty), after
// max_new_tokens, or when the model's context is full. The draw of token i of sequence s depends on
// seed, s and i alone; logits may differ in the last bits with what else is in the batch. Error on
// an empty prompt, one that leaves no room in the context, ids outside the vocabulary, and logits
// that are not finite.
std::vector<Generated> generate(const Transformer& model, const Adapter* adapter,
                                const std::vector<std::vector<int32_t>>& prompts,
                                const std::vector<int32_t>& stop_ids,
                                const SamplingConfig& sampling, const TokenSink& sink = {});

// One token from `logits`; `unit` in [0, 1) decides, greedy ignores it. Equal logits: lowest id.
int32_t sample_token(const std::vector<float>& logits, const SamplingConfig& sampling, double unit);

}  // namespace braid
