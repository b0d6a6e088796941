// The row pass over logits for one instruction set (base/instruction_sets.inl).

constexpr int64_t kBlock = 32 * kLanes;

template <typename T>
BRAID_TARGET float row_maximum(const T* row, int64_t vocab) {
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
BRAID_TARGET RowSums row_sums(const T* row, int64_t vocab, float maximum, float* scratch) {
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
BRAID_TARGET void write_scaled(const float* values, float factor, int64_t count, T* out) {
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
BRAID_TARGET LogitRow logit_row(T* row, int64_t vocab, int64_t target, float* scratch) {
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
