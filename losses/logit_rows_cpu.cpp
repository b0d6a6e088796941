// Compiles logit_row.inl for several instruction sets: the binary itself is plain x86-64 and
// chooses at run time.
#include "losses/logit_rows_cpu.h"

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
#include "losses/logit_row.inl"
#undef BRAID_TARGET
#undef BRAID_LANES
}  // namespace baseline

#ifdef __x86_64__
namespace avx2 {
#define BRAID_TARGET __attribute__((target("avx2")))
#define BRAID_LANES 8
#include "base/lanes.inl"
#include "losses/logit_row.inl"
#undef BRAID_TARGET
#undef BRAID_LANES
}  // namespace avx2

namespace avx512 {
#define BRAID_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define BRAID_LANES 16
#include "base/lanes.inl"
#include "losses/logit_row.inl"
#undef BRAID_TARGET
#undef BRAID_LANES
}  // namespace avx512
#endif

}  // namespace

template <typename T>
std::vector<NamedRowPass<T>> logit_row_passes() {
  std::vector<NamedRowPass<T>> passes;
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq")) {
    passes.push_back({"avx512", avx512::logit_row<T>});
  }
  if (__builtin_cpu_supports("avx2")) passes.push_back({"avx2", avx2::logit_row<T>});
#endif
  passes.push_back({"baseline", baseline::logit_row<T>});
  return passes;
}

template std::vector<NamedRowPass<float>> logit_row_passes();
template std::vector<NamedRowPass<c10::BFloat16>> logit_row_passes();

}  // namespace braid
