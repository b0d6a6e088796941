#include "trainer/kernel_cache.h"

#include <cstdlib>

namespace braid {

void limit_kernel_cache() { ::setenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "64", /*overwrite=*/0); }

}  // namespace braid
