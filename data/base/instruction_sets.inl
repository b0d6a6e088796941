// Compiles the file that BRAID_BODY names for every instruction set, behind base/lanes.inl, in
// namespaces `baseline`, `avx2` and `avx512`. The file around it includes base/instruction_sets.h
// and what the body needs.

namespace baseline {
#define BRAID_TARGET
#define BRAID_LANES 4
#include "base/lanes.inl"
#include BRAID_BODY
#undef BRAID_TARGET
#undef BRAID_LANES
}  // namespace baseline

#ifdef __x86_64__
namespace avx2 {
#define BRAID_TARGET __attribute__((target("avx2,fma")))
#define BRAID_LANES 8
#include "base/lanes.inl"
#include BRAID_BODY
#undef BRAID_TARGET
#undef BRAID_LANES
}  // namespace avx2

namespace avx512 {
#define BRAID_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma")))
#define BRAID_LANES 16
#include "base/lanes.inl"
#include BRAID_BODY
#undef BRAID_TARGET
#undef BRAID_LANES
}  // namespace avx512
#else
namespace avx2 = baseline;
namespace avx512 = baseline;
#endif

#undef BRAID_BODY
