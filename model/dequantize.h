// De-quantisation of GGUF blocks to float32. Layouts and formulas: the GGML block formats
// (torch-free).
#pragma once

#include <span>

#include "base/gguf.h"

namespace braid {

// `out` holds the tensor's element count. Error on a type that is not supported.
void dequantize(GgufType type, std::span<const std::byte> blocks, std::span<float> out);

}  // namespace braid
