// How many compiled kernels of matrix products are kept.
#pragma once

namespace braid {

// oneDNN compiles a kernel for every shape and keeps a thousand of them, hundreds of MiB. Here
// every micro-batch has its own number of rows, so that few are met again; kept are those of one
// micro-batch, some dozens. Call before the first product; ONEDNN_PRIMITIVE_CACHE_CAPACITY wins.
void limit_kernel_cache();

}  // namespace braid
