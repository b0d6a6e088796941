// Compiles attention_group.inl for several instruction sets: the binary itself is plain x86-64 and
// chooses at run time.
#include "model/attention_group.h"

#include <c10/util/BFloat16.h>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstring>
#include <limits>

namespace braid {
namespace {

namespace baseline {
#define BRAID_TARGET
#define BRAID_LANES 4
#include "base/lanes.inl"
#include "model/attention_group.inl"
#undef BRAID_TARGET
#undef BRAID_LANES
}  // namespace baseline

#ifdef __x86_64__
namespace avx2 {
#define BRAID_TARGET __attribute__((target("avx2,fma")))
#define BRAID_LANES 8
#include "base/lanes.inl"
#include "model/attention_group.inl"
#undef BRAID_TARGET
#undef BRAID_LANES
}  // namespace avx2

namespace avx512 {
#define BRAID_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma")))
#define BRAID_LANES 16
#include "base/lanes.inl"
#include "model/attention_group.inl"
#undef BRAID_TARGET
#undef BRAID_LANES
}  // namespace avx512
#endif

}  // namespace

template <typename T>
std::vector<AttentionPasses<T>> attention_passes() {
  std::vector<AttentionPasses<T>> passes;
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
    passes.push_back({"avx512", avx512::forward_group<T>, avx512::backward_group<T>});
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    passes.push_back({"avx2", avx2::forward_group<T>, avx2::backward_group<T>});
  }
#endif
  passes.push_back({"baseline", baseline::forward_group<T>, baseline::backward_group<T>});
  return passes;
}

template std::vector<AttentionPasses<float>> attention_passes();
template std::vector<AttentionPasses<c10::BFloat16>> attention_passes();

}  // namespace braid
