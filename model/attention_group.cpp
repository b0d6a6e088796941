// Compiles attention_group.inl for every instruction set.
#include "model/attention_group.h"

#include <c10/util/BFloat16.h>

#include <algorithm>
#include <cmath>

#include "base/instruction_sets.h"

namespace braid {
namespace {

#define BRAID_BODY "model/attention_group.inl"
#include "base/instruction_sets.inl"

}  // namespace

template <typename T>
std::vector<AttentionPasses<T>> attention_passes() {
  return runnable<AttentionPasses<T>>(
      {"avx512", avx512::forward_group<T>, avx512::backward_group<T>},
      {"avx2", avx2::forward_group<T>, avx2::backward_group<T>},
      {"baseline", baseline::forward_group<T>, baseline::backward_group<T>});
}

template std::vector<AttentionPasses<float>> attention_passes();
template std::vector<AttentionPasses<c10::BFloat16>> attention_passes();

}  // namespace braid
