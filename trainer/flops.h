// Counts of floating-point operations, from the formulas of docs/performance.md, and what the
// machine can do.
#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include "base/segments.h"
#include "model/config.h"

namespace braid {

// Operations of one pass, by what they are for.
struct Flops {
  double linears = 0;  // frozen linears
  double adapters = 0;
  double attention = 0;
  double head = 0;

  double total() const { return linears + adapters + attention + head; }
  Flops& operator+=(const Flops& other);
};

// Multiply-adds count 2. T tokens (prompts once), S scored rows, N parameters of the linears, A of
// the adapters (0: none), Q visible (query, key) pairs of one head, d hidden, V vocabulary, D head
// size.
class FlopCounter {
 public:
  explicit FlopCounter(const ModelConfig& config);

  // 2NT + 2AT + 4 D heads layers Q + 2dVS.
  Flops forward(const SegmentLayout& layout, int64_t scored_rows, int64_t adapter_parameters) const;
  // Activation gradients only: 2NT less the first layer's q, k and v, whose input is frozen,
  // + 4AT + 10 D heads layers Q + 2dVS.
  Flops backward(const SegmentLayout& layout, int64_t scored_rows,
                 int64_t adapter_parameters) const;

 private:
  ModelConfig config_;
  double linear_parameters_;
};

// Visible (query, key) pairs of a layout with a window (0: none).
double visible_pairs(const SegmentLayout& layout, int64_t window);

// Rate of a large matrix product in `dtype`, FLOP/s: the best of a few runs, some tenths of a
// second in all.
double measured_peak_flops(c10::ScalarType dtype, c10::Device device);

}  // namespace braid
