// Activations of gated MLPs.
#pragma once

namespace braid {

// silu(x) = x sigmoid(x); gelu_tanh(x) = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).
enum class Activation { kSilu, kGeluTanh };

}  // namespace braid
