// Compiles rope_rows.inl for every instruction set.
#include "model/ops/rope_rows.h"

#include <c10/util/BFloat16.h>

#include <algorithm>

#include "base/instruction_sets.h"

namespace braid {
namespace {

#define BRAID_BODY "model/ops/rope_rows.inl"
#include "base/instruction_sets.inl"

}  // namespace

template <typename T>
std::vector<RopePass<T>> rope_passes() {
  return runnable<RopePass<T>>({"avx512", avx512::rope_turn<T>}, {"avx2", avx2::rope_turn<T>},
                               {"baseline", baseline::rope_turn<T>});
}

template std::vector<RopePass<float>> rope_passes();
template std::vector<RopePass<c10::BFloat16>> rope_passes();

}  // namespace braid
