// What autograd keeps of one forward until its backward: the one list of tensors, beside the ops
// that keep them, for predictions of memory. tests/model/saved_activations_test.cpp compares it
// with what the allocator hands out.
#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <cstdint>
#include <string>
#include <vector>

#include "model/config.h"

namespace braid {

// A kind of tensor, summed over the layers. Bytes.
struct SavedTensor {
  std::string name;
  int64_t per_token = 0;
  int64_t per_key = 0;  // per row of keys gathered for the branches (CUDA)
  int64_t once = 0;     // whatever the micro-batch has
};

// Adapted linears of one rank, by module path (match_targets).
struct AdapterShape {
  std::vector<std::string> modules;
  int64_t rank = 0;

  int64_t parameters(const ModelConfig& config) const;
};

// Of Transformer::forward with gradients, the output not counted. Nothing is kept in front of the
// first adapted linear. For bf16 and fp32; CUDA: bf16 only, whose attention is the flash one. With
// `recompute`, the most there is at a time: the inputs of all layers and the inside of one.
std::vector<SavedTensor> saved_activations(const ModelConfig& config, const AdapterShape& adapter,
                                           c10::ScalarType dtype, c10::DeviceType device,
                                           bool recompute = false);

// Bytes of all of them for a micro-batch of `tokens` tokens and `keys` gathered rows of keys.
int64_t saved_bytes(const std::vector<SavedTensor>& tensors, int64_t tokens, int64_t keys);

// The most that backward through one layer needs beside what is kept, bytes per token: gradients
// that are in flight and temporaries. An estimate, within some per cent of the kept bytes.
int64_t backward_transient(const ModelConfig& config, c10::ScalarType dtype);

}  // namespace braid
