// Rotation of the heads of one token on the CPU, in float32.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace braid {

struct RopeRow {
  int64_t heads, dim, half;  // the first 2 * half components of a head turn
  const float *cos, *sin;    // [half]
  float direction;           // 1, or -1 to turn back
};

template <typename T>
struct RopePass {
  std::string_view name;
  void (*turn)(const RopeRow&, const T* x, T* out);  // [heads, dim] each
};

// The compiled variants this processor can run, fastest first. T: float or c10::BFloat16.
template <typename T>
std::vector<RopePass<T>> rope_passes();

}  // namespace braid
