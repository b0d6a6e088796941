#include "base/split.h"

#include "base/error.h"
#include "base/hash.h"

namespace braid {

bool is_held_out(std::string_view key, double fraction, uint64_t seed) {
  BRAID_ASSERT(fraction >= 0 && fraction < 1);
  return static_cast<double>(hash64(key, seed) >> 11) * 0x1p-53 < fraction;
}

}  // namespace braid
