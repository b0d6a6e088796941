// The row pass over logits for one instruction set. Included by logit_rows_cpu.cpp once per set,
// inside a namespace, with BRAID_ROW_TARGET (a function attribute) and BRAID_ROW_LANES (floats per
// vector) defined. Every helper carries the attribute and takes vectors by reference: compilers
// lower vector code of a function for that function's own target.

using Floats = float __attribute__((vector_size(4 * BRAID_ROW_LANES)));
using Bits = uint32_t __attribute__((vector_size(4 * BRAID_ROW_LANES)));
using Halves = uint16_t __attribute__((vector_size(2 * BRAID_ROW_LANES)));

constexpr int64_t kLanes = BRAID_ROW_LANES;
constexpr int64_t kBlock = 32 * kLanes;

BRAID_ROW_TARGET inline void load(const float* from, Floats& to) {
  std::memcpy(&to, from, sizeof to);
}

BRAID_ROW_TARGET inline void load(const c10::BFloat16* from, Floats& to) {
  Halves halves;
  std::memcpy(&halves, from, sizeof halves);
  const Bits bits = __builtin_convertvector(halves, Bits) << 16;
  std::memcpy(&to, &bits, sizeof to);
}

BRAID_ROW_TARGET inline void store(const Floats& from, float* to) {
  std::memcpy(to, &from, sizeof from);
}

// Rounds to nearest, ties to even.
BRAID_ROW_TARGET inline void store(const Floats& from, c10::BFloat16* to) {
  Bits bits;
  std::memcpy(&bits, &from, sizeof bits);
  const Halves halves = __builtin_convertvector((bits + 0x7fff + ((bits >> 16) & 1)) >> 16, Halves);
  std::memcpy(to, &halves, sizeof halves);
}

// e^x for x <= 0, within 2 ulp; below kLowest it stays at e^kLowest, which is nothing beside the
// maximum's e^0. NaN stays NaN. Cephes' polynomial on [-ln 2 / 2, ln 2 / 2].
BRAID_ROW_TARGET inline void exponential(const Floats& x, Floats& result) {
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

template <typename T>
BRAID_ROW_TARGET float row_maximum(const T* row, int64_t vocab) {
  Floats best[4];
  for (Floats& b : best) b = Floats{} + -std::numeric_limits<float>::infinity();
  int64_t i = 0;
  for (; i + 4 * kLanes <= vocab; i += 4 * kLanes) {
    for (int64_t k = 0; k < 4; ++k) {
      Floats x;
      load(row + i + k * kLanes, x);
      best[k] = x > best[k] ? x : best[k];
    }
  }
  float result = -std::numeric_limits<float>::infinity();
  for (const Floats& b : best) {
    for (int64_t lane = 0; lane < kLanes; ++lane) result = std::max(result, b[lane]);
  }
  for (; i < vocab; ++i) result = std::max(result, static_cast<float>(row[i]));
  return result;
}

// Sums of e = e^(x - maximum) and of e * (x - maximum). `scratch`, when given, receives every e.
struct RowSums {
  float exponentials, weighted;
};

template <typename T>
BRAID_ROW_TARGET RowSums row_sums(const T* row, int64_t vocab, float maximum, float* scratch) {
  const auto limit = Floats{} + kLowest;
  const int64_t whole = vocab / kLanes * kLanes;
  Floats sum{}, weighted{};
  // Two levels: a lane that added thousands of terms to one number would lose a few digits.
  for (int64_t begin = 0; begin < whole; begin += kBlock) {
    const int64_t end = std::min(begin + kBlock, whole);
    Floats block_sum{}, block_weighted{};
    for (int64_t i = begin; i < end; i += kLanes) {
      Floats x, e;
      load(row + i, x);
      x -= maximum;
      x = x < limit ? limit : x;
      exponential(x, e);
      if (scratch != nullptr) store(e, scratch + i);
      block_sum += e;
      block_weighted += e * x;
    }
    sum += block_sum;
    weighted += block_weighted;
  }
  RowSums result{0, 0};
  for (int64_t lane = 0; lane < kLanes; ++lane) {
    result.exponentials += sum[lane];
    result.weighted += weighted[lane];
  }
  for (int64_t i = whole; i < vocab; ++i) {
    const float shifted = static_cast<float>(row[i]) - maximum;
    const float x = shifted < kLowest ? kLowest : shifted;  // NaN passes
    const float e = std::exp(x);
    if (scratch != nullptr) scratch[i] = e;
    result.exponentials += e;
    result.weighted += e * x;
  }
  return result;
}

template <typename T>
BRAID_ROW_TARGET void write_scaled(const float* values, float factor, int64_t count, T* out) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    Floats x;
    load(values + i, x);
    x *= factor;
    store(x, out + i);
  }
  for (; i < count; ++i) out[i] = static_cast<T>(values[i] * factor);
}

template <typename T>
BRAID_ROW_TARGET LogitRow logit_row(T* row, int64_t vocab, int64_t target, float* scratch) {
  const float maximum = row_maximum(row, vocab);
  const RowSums sums = row_sums(row, vocab, maximum, scratch);
  LogitRow result;
  result.target_logit = static_cast<float>(row[target]);
  const float log_sum = std::log(sums.exponentials);
  result.logp = (result.target_logit - maximum) - log_sum;
  result.entropy = log_sum - sums.weighted / sums.exponentials;
  // The first maximum counts, as in at::argmax: bf16 logits do tie.
  result.correct =
      result.target_logit == maximum && std::find(row, row + target, row[target]) == row + target;
  if (scratch != nullptr) {
    write_scaled(scratch, -1 / sums.exponentials, vocab, row);
    row[target] = static_cast<T>((sums.exponentials - scratch[target]) / sums.exponentials);
  }
  return result;
}
