// RMSNorm of one row on the CPU, in float32.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace braid {

struct NormRow {
  int64_t width;
  const float* weight;
  bool round_first;  // x / rms is rounded to T before the weight is multiplied
};

template <typename T>
struct NormPasses {
  std::string_view name;
  // sum = x + part, rounded; null `part`: x itself is normed and nothing written. Returns
  // 1 / sqrt(mean(sum^2) + eps).
  float (*add)(const NormRow&, float eps, const T* x, const T* part, T* sum);
  void (*apply)(const NormRow&, const T* x, float scale, T* normed);
  // dx = what reaches x through its norm, plus d_x unless that is null.
  void (*backward)(const NormRow&, const T* x, float scale, const T* d_normed, const T* d_x, T* dx);
};

// The compiled variants this processor can run, fastest first. T: float or c10::BFloat16.
template <typename T>
std::vector<NormPasses<T>> norm_passes();

}  // namespace braid
