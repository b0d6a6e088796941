// Vectors of floats for one instruction set. Included inside a namespace, once per set, with
// BRAID_TARGET (a function attribute) and BRAID_LANES (floats per vector) defined; see
// base/instruction_sets.inl. Every helper carries the attribute and takes vectors by reference:
// compilers lower vector code of a function for that function's own target.

using Floats = float __attribute__((vector_size(4 * BRAID_LANES)));
using Bits = uint32_t __attribute__((vector_size(4 * BRAID_LANES)));
using Halves = uint16_t __attribute__((vector_size(2 * BRAID_LANES)));

constexpr int64_t kLanes = BRAID_LANES;
constexpr float kLowest = -87.0F;  // e^kLowest is still a normal number

// A type that holds the 16 bits of a bfloat16.
template <typename T>
concept Bfloat16 = sizeof(T) == 2;

BRAID_TARGET inline void load(const float* from, Floats& to) { std::memcpy(&to, from, sizeof to); }

template <Bfloat16 T>
BRAID_TARGET inline void load(const T* from, Floats& to) {
  Halves halves;
  std::memcpy(&halves, from, sizeof halves);
  const Bits bits = __builtin_convertvector(halves, Bits) << 16;
  std::memcpy(&to, &bits, sizeof to);
}

BRAID_TARGET inline void store(const Floats& from, float* to) {
  std::memcpy(to, &from, sizeof from);
}

// Rounds to what T can hold: to nearest, ties to even.
BRAID_TARGET inline void round_to(Floats&, const float*) {}

template <Bfloat16 T>
BRAID_TARGET inline void round_to(Floats& x, const T*) {
  Bits bits;
  std::memcpy(&bits, &x, sizeof bits);
  bits = (bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000U;
  std::memcpy(&x, &bits, sizeof x);
}

template <Bfloat16 T>
BRAID_TARGET inline void store(const Floats& from, T* to) {
  Floats rounded = from;
  round_to(rounded, to);
  Bits bits;
  std::memcpy(&bits, &rounded, sizeof bits);
  const Halves halves = __builtin_convertvector(bits >> 16, Halves);
  std::memcpy(to, &halves, sizeof halves);
}

// At most one vector: the first `count` lanes, zeros behind them.
template <typename T>
BRAID_TARGET inline void load(const T* from, int64_t count, Floats& to) {
  if (count >= kLanes) return load(from, to);
  T padded[kLanes] = {};
  std::memcpy(padded, from, sizeof(T) * static_cast<size_t>(count));
  load(padded, to);
}

template <typename T>
BRAID_TARGET inline void store(const Floats& from, int64_t count, T* to) {
  if (count >= kLanes) return store(from, to);
  T padded[kLanes];
  store(from, padded);
  std::memcpy(to, padded, sizeof(T) * static_cast<size_t>(count));
}

BRAID_TARGET inline float sum_of(const Floats& x) {
  float total = 0;
  for (int64_t lane = 0; lane < kLanes; ++lane) total += x[lane];
  return total;
}

// e^x for x <= 0, within 2 ulp; below kLowest it stays at e^kLowest, which is nothing beside the
// maximum's e^0. NaN stays NaN. Cephes' polynomial on [-ln 2 / 2, ln 2 / 2].
BRAID_TARGET inline void exponential(const Floats& x, Floats& result) {
  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits of the mantissa.
  constexpr float kRound = 12582912.0F;
  const Floats shifted = x * 1.44269504088896341F + kRound;
  const Floats whole = shifted - kRound;
  const Floats r = (x - whole * 0.693359375F) - whole * -2.12194440e-4F;
  Floats p = r * 1.9875691500e-4F + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = (p * r) * r + r + 1.0F;
  Bits bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  const Bits scale_bits = (bits + 127U) << 23;  // 2^whole
  Floats scale;
  std::memcpy(&scale, &scale_bits, sizeof scale);
  result = p * scale;
}

// tanh x within 2e-7: Cephes' polynomial near zero, where 1 - e^-2|x| would cancel.
BRAID_TARGET inline void hyperbolic_tangent(const Floats& x, Floats& result) {
  const Floats size = x < 0.0F ? -x : x, limit = Floats{} - kLowest / 2;
  Floats e;
  exponential((size > limit ? limit : size) * -2.0F, e);
  const Floats far = (1.0F - e) / (1.0F + e);
  const Floats z = x * x;
  Floats p = z * -5.70498872745e-3F + 2.06390887954e-2F;
  p = p * z - 5.37397155531e-2F;
  p = p * z + 1.33314422036e-1F;
  p = p * z - 3.33332819422e-1F;
  const Floats near = p * z * x + x;
  result = size < 0.625F ? near : (x < 0.0F ? -far : far);
}
