// CUDA row pass over logits. Plain pointers, no LibTorch, so that nvcc compiles the kernel in
// seconds and a C++ file can call it without CUDA headers.
#pragma once

#include <cstdint>

namespace braid::kernels {

enum class LogitType { kBFloat16, kFloat16, kFloat32 };

// All pointers are device memory. A target outside [0, vocab) gives NaN in its row's results and is
// never dereferenced.
struct LogitRowsArguments {
  void* logits = nullptr;  // [rows, vocab] contiguous
  LogitType type = LogitType::kBFloat16;
  const int64_t* targets = nullptr;  // [rows]
  int64_t rows = 0, vocab = 0;
  bool write_differences = false;  // overwrite logits by one_hot(target) - softmax
  float *logps = nullptr, *entropy = nullptr, *target_logits = nullptr;  // [rows]
  bool* correct = nullptr;  // [rows]: target is the first maximum
};

// Queues the kernel on `stream` (a cudaStream_t) of the current device and returns at once; null,
// or the runtime's error text. Results do not depend on scheduling: same input, same bits.
const char* launch_logit_rows(const LogitRowsArguments& arguments, void* stream);

}  // namespace braid::kernels
