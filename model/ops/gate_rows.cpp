// Compiles gate_rows.inl for every instruction set.
#include "model/ops/gate_rows.h"

#include <c10/util/BFloat16.h>

#include "base/instruction_sets.h"

namespace braid {
namespace {

#define BRAID_BODY "model/ops/gate_rows.inl"
#include "base/instruction_sets.inl"

}  // namespace

template <typename T>
std::vector<GatePasses<T>> gate_passes() {
  return runnable<GatePasses<T>>(
      {"avx512", avx512::gate_forward<T>, avx512::gate_backward<T>},
      {"avx2", avx2::gate_forward<T>, avx2::gate_backward<T>},
      {"baseline", baseline::gate_forward<T>, baseline::gate_backward<T>});
}

template std::vector<GatePasses<float>> gate_passes();
template std::vector<GatePasses<c10::BFloat16>> gate_passes();

}  // namespace braid
