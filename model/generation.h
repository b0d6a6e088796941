// Sampling from a model with a key/value cache.
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

// New tokens after `prompt`. Ends at one of `stop_ids` (which is not part of the result), after
// max_new_tokens, or when the model's context is full. `on_token`, which may be empty, sees every
// token as it comes. The draw of token i depends on seed and i alone. Error on an empty prompt, one
// that leaves no room in the context, ids outside the vocabulary, and logits that are not finite.
std::vector<int32_t> generate(const Transformer& model, const Adapter* adapter,
                              const std::vector<int32_t>& prompt,
                              const std::vector<int32_t>& stop_ids, const SamplingConfig& sampling,
                              const std::function<void(int32_t)>& on_token = {});

// One token from `logits`; `unit` in [0, 1) decides, greedy ignores it. Equal logits: lowest id.
int32_t sample_token(const std::vector<float>& logits, const SamplingConfig& sampling, double unit);

}  // namespace braid
