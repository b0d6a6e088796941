// Small models on disk for the tests of weight files: random tensors of a tiny config, and writers
// of safetensors and GGUF files.
#pragma once

#include <ATen/ATen.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/safetensors.h"
#include "model/weights.h"

namespace braid::test {

inline ModelConfig tiny_config(const std::string& family) {
  ModelConfig config;
  config.family = family;
  config.vocab_size = 10;
  config.hidden_size = 8;
  config.intermediate_size = 12;
  config.layers = 2;
  config.heads = 2;
  config.kv_heads = 1;
  config.head_dim = 4;
  config.max_position = 32;
  config.qkv_bias = family == "qwen2";
  config.qk_norm = family == "qwen3" || family == "gemma3_text";
  config.fused_linears = family == "phi3";
  config.sandwich_norms = family == "gemma2" || family == "gemma3_text";
  config.windows.assign(2, 0);
  return config;
}

// Numbered elements: a row in the wrong place shows. All are exact in bf16's 8 bits of mantissa.
inline TensorMap numbered_tensors(const ModelConfig& config) {
  TensorMap tensors;
  int64_t next = 0;
  for (const auto& [name, shape] : expected_tensors(config)) {
    auto tensor = at::empty(shape, at::kFloat);
    float* data = tensor.mutable_data_ptr<float>();
    for (int64_t i = 0; i < tensor.numel(); ++i) data[i] = static_cast<float>(next++ % 251);
    tensors[name] = tensor;
  }
  return tensors;
}

inline std::span<const std::byte> tensor_bytes(const at::Tensor& tensor) {
  return {static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes()};
}

inline std::string dtype_name(const at::Tensor& tensor) {
  switch (tensor.scalar_type()) {
    case at::kBFloat16:
      return "BF16";
    case at::kHalf:
      return "F16";
    case at::kDouble:
      return "F64";
    case at::kInt:
      return "I32";
    default:
      return "F32";
  }
}

inline void write_safetensors(const std::filesystem::path& path, const TensorMap& tensors) {
  std::vector<SafetensorsEntry> entries;
  for (const auto& [name, tensor] : tensors) {
    entries.push_back({name, dtype_name(tensor), tensor.sizes().vec(), tensor_bytes(tensor)});
  }
  write_file_atomic(path, safetensors_bytes(entries, {{"format", "pt"}}));
}

template <typename T>
std::string raw(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

// A version 3 file of float32 tensors, without metadata.
inline void write_gguf(const std::filesystem::path& path, const TensorMap& tensors) {
  constexpr size_t kAlignment = 32;
  const auto pad = [](std::string& bytes) {
    bytes.resize((bytes.size() + kAlignment - 1) / kAlignment * kAlignment);
  };
  std::string head = "GGUF" + raw(uint32_t{3}) + raw(uint64_t{tensors.size()}) + raw(uint64_t{0});
  std::string data;
  for (const auto& [name, tensor] : tensors) {
    head += raw(uint64_t{name.size()}) + name + raw(static_cast<uint32_t>(tensor.dim()));
    for (int64_t d = tensor.dim() - 1; d >= 0; --d)
      head += raw(static_cast<uint64_t>(tensor.size(d)));
    head += raw(uint32_t{0}) + raw(uint64_t{data.size()});
    const auto bytes = tensor_bytes(tensor);
    data.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    pad(data);
  }
  pad(head);
  write_file_atomic(path, head + data);
}

}  // namespace braid::test
