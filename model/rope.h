// Rotary position embedding: frequency tables by type.
#pragma once

#include <ATen/core/Tensor.h>

#include "model/config.h"

namespace braid {

struct RopeFrequencies {
  std::vector<double> inverse;    // [R/2], R = rotary width
  double attention_factor = 1.0;  // multiplies cos and sin
};

// Frequencies for sequences of `sequence_length` tokens (only `dynamic` and `longrope` depend on
// it).
RopeFrequencies rope_frequencies(const RopeConfig& rope, int64_t head_dim, int64_t max_position,
                                 int64_t sequence_length);

struct RopeTables {
  at::Tensor cos, sin;  // [T, R/2] float32
};

// cos/sin of given positions [T] by `rope`, one of the config's. `lengths_per_token` is used where
// rope.follows_length(): the unpadded length of each token's sequence, so that policy and
// reference, packed and padded, agree.
RopeTables rope_tables(const ModelConfig& config, const RopeConfig& rope,
                       const at::Tensor& positions, const at::Tensor& lengths_per_token);

}  // namespace braid
