// Gated activation of one row on the CPU, in float32.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "model/ops/activation.h"

namespace braid {

template <typename T>
struct GatePasses {
  std::string_view name;
  // gate_up holds `width` gates, then as many ups. product = round(act(gate)) * up.
  void (*forward)(Activation, int64_t width, const T* gate_up, T* product);
  void (*backward)(Activation, int64_t width, const T* gate_up, const T* d_product, T* d_gate_up);
};

// The compiled variants this processor can run, fastest first. T: float or c10::BFloat16.
template <typename T>
std::vector<GatePasses<T>> gate_passes();

}  // namespace braid
