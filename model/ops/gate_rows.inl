// Gated activation of one row for one instruction set (base/instruction_sets.inl).

// Value and derivative at x.
BRAID_TARGET inline void silu(const Floats& x, Floats& value, Floats& slope) {
  const auto limit = Floats{} + kLowest;
  const Floats below = x < 0.0F ? x : -x;
  Floats e;
  exponential(below < limit ? limit : below, e);  // of -|x|
  const Floats sigmoid = (x < 0.0F ? e : Floats{} + 1.0F) / (1.0F + e);
  value = x * sigmoid;
  slope = sigmoid * (1.0F + x * (1.0F - sigmoid));
}

BRAID_TARGET inline void gelu_tanh(const Floats& x, Floats& value, Floats& slope) {
  constexpr float kRoot = 0.7978845608028654F, kCubic = 0.044715F;  // sqrt(2 / pi)
  Floats t;
  hyperbolic_tangent((x + x * x * x * kCubic) * kRoot, t);
  value = x * 0.5F * (1.0F + t);
  slope = (1.0F + t) * 0.5F + x * 0.5F * (1.0F - t * t) * (1.0F + x * x * (3.0F * kCubic)) * kRoot;
}

BRAID_TARGET inline void activate(Activation kind, const Floats& x, Floats& value, Floats& slope) {
  if (kind == Activation::kSilu) {
    silu(x, value, slope);
  } else {
    gelu_tanh(x, value, slope);
  }
}

template <typename T>
BRAID_TARGET void gate_forward(Activation kind, int64_t width, const T* gate_up, T* product) {
  for (int64_t i = 0; i < width; i += kLanes) {
    const int64_t count = width - i;
    Floats gate, up, value, slope;
    load(gate_up + i, count, gate);
    load(gate_up + width + i, count, up);
    activate(kind, gate, value, slope);
    round_to(value, product);
    store(value * up, count, product + i);
  }
}

template <typename T>
BRAID_TARGET void gate_backward(Activation kind, int64_t width, const T* gate_up,
                                const T* d_product, T* d_gate_up) {
  for (int64_t i = 0; i < width; i += kLanes) {
    const int64_t count = width - i;
    Floats gate, up, gradient, value, slope;
    load(gate_up + i, count, gate);
    load(gate_up + width + i, count, up);
    load(d_product + i, count, gradient);
    activate(kind, gate, value, slope);
    round_to(value, d_product);
    store(gradient * up * slope, count, d_gate_up + i);
    store(gradient * value, count, d_gate_up + width + i);
  }
}
