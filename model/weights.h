// Reads base weights from a Hugging Face directory or a GGUF file, under Hugging Face tensor names.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "model/config.h"

namespace braid {

using TensorMap = std::map<std::string, at::Tensor>;

// Every tensor name and shape a config needs ("model.embed_tokens.weight", ...; "lm_head.weight"
// unless tied).
std::map<std::string, std::vector<int64_t>> expected_tensors(const ModelConfig& config);

// Loads all of them as `dtype` on `device`. Of a multimodal checkpoint, the decoder's tensors.
// Missing, unexpected and wrongly shaped tensors are all listed in one Error. GGUF blocks are
// de-quantised in float32 and rounded once; q/k rows are put back into Hugging Face order.
TensorMap load_weights(const std::filesystem::path& model_path, const ModelConfig& config,
                       at::ScalarType dtype, at::Device device);

// Hash that identifies the weights by content of the files (names, sizes, and sampled bytes): part
// of cache keys.
std::string weights_fingerprint(const std::filesystem::path& model_path);

}  // namespace braid
