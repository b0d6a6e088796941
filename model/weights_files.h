// Weight files as they lie on disk, opened and mapped: what loading and fingerprinting share.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/config.h"

namespace braid {

struct StoredTensor {
  std::string name;  // Hugging Face name; the file's own when there is no counterpart
  std::string type;  // element or block type as the file calls it
  std::vector<int64_t> shape;
  std::span<const std::byte> bytes;  // valid as long as the WeightFiles
};

class WeightFiles {
 public:
  virtual ~WeightFiles() = default;

  const std::string& where() const { return where_; }  // begins every error
  const std::vector<StoredTensor>& tensors() const { return tensors_; }

  // A new CPU tensor of `dtype`; Error on an element type that is not supported.
  virtual at::Tensor read(const StoredTensor& tensor, const ModelConfig& config,
                          at::ScalarType dtype) const = 0;

 protected:
  explicit WeightFiles(std::string where) : where_(std::move(where)) {}

  std::string where_;
  std::vector<StoredTensor> tensors_;
};

std::unique_ptr<WeightFiles> open_huggingface_weights(const std::filesystem::path& directory);
std::unique_ptr<WeightFiles> open_gguf_weights(const std::filesystem::path& file);

// A Hugging Face directory or a GGUF file; Error on anything else.
std::unique_ptr<WeightFiles> open_weights(const std::filesystem::path& model_path);

}  // namespace braid
