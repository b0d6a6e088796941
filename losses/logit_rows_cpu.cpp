// Compiles logit_row.inl for every instruction set.
#include "losses/logit_rows_cpu.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/instruction_sets.h"

namespace braid {
namespace {

#define BRAID_BODY "losses/logit_row.inl"
#include "base/instruction_sets.inl"

}  // namespace

template <typename T>
std::vector<NamedRowPass<T>> logit_row_passes() {
  return runnable<NamedRowPass<T>>({"avx512", avx512::logit_row<T>}, {"avx2", avx2::logit_row<T>},
                                   {"baseline", baseline::logit_row<T>});
}

template std::vector<NamedRowPass<float>> logit_row_passes();
template std::vector<NamedRowPass<c10::BFloat16>> logit_row_passes();

}  // namespace braid
