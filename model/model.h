// A base model from disk in one call.
#pragma once

#include <filesystem>

#include "model/config.h"
#include "model/transformer.h"

namespace braid {

struct LoadedModel {
  ModelConfig config;
  Transformer transformer;
};

// A Hugging Face directory or a GGUF file, with its weights as `dtype` on `device`.
LoadedModel load_model(const std::filesystem::path& path, at::ScalarType dtype, at::Device device);

}  // namespace braid
