// Compiles norm_rows.inl for every instruction set.
#include "model/ops/norm_rows.h"

#include <c10/util/BFloat16.h>

#include <cmath>

#include "base/instruction_sets.h"

namespace braid {
namespace {

#define BRAID_BODY "model/ops/norm_rows.inl"
#include "base/instruction_sets.inl"

}  // namespace

template <typename T>
std::vector<NormPasses<T>> norm_passes() {
  return runnable<NormPasses<T>>(
      {"avx512", avx512::norm_add<T>, avx512::norm_apply<T>, avx512::norm_backward<T>},
      {"avx2", avx2::norm_add<T>, avx2::norm_apply<T>, avx2::norm_backward<T>},
      {"baseline", baseline::norm_add<T>, baseline::norm_apply<T>, baseline::norm_backward<T>});
}

template std::vector<NormPasses<float>> norm_passes();
template std::vector<NormPasses<c10::BFloat16>> norm_passes();

}  // namespace braid
