// Reading a model's shape from its two kinds of files; load_model_config chooses.
#pragma once

#include <filesystem>

#include "model/config.h"

namespace braid {

ModelConfig huggingface_config(const std::filesystem::path& directory);  // config.json
ModelConfig gguf_config(const std::filesystem::path& file);              // metadata

}  // namespace braid
