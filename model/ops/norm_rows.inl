// RMSNorm of one row for one instruction set (base/instruction_sets.inl).

template <typename T>
BRAID_TARGET float norm_add(const NormRow& row, float eps, const T* x, const T* part, T* sum) {
  Floats squares{};
  for (int64_t i = 0; i < row.width; i += kLanes) {
    const int64_t count = row.width - i;
    Floats value;
    load(x + i, count, value);
    if (part != nullptr) {
      Floats added;
      load(part + i, count, added);
      value += added;
      round_to(value, sum);
      store(value, count, sum + i);
    }
    squares += value * value;
  }
  return 1 / std::sqrt(sum_of(squares) / static_cast<float>(row.width) + eps);
}

template <typename T>
BRAID_TARGET void norm_apply(const NormRow& row, const T* x, float scale, T* normed) {
  for (int64_t i = 0; i < row.width; i += kLanes) {
    const int64_t count = row.width - i;
    Floats value, weight;
    load(x + i, count, value);
    load(row.weight + i, count, weight);
    value *= scale;
    if (row.round_first) round_to(value, normed);
    store(value * weight, count, normed + i);
  }
}

// With n = x s and g = weight * grad: dx = s (g - n mean(g n)).
template <typename T>
BRAID_TARGET void norm_backward(const NormRow& row, const T* x, float scale, const T* d_normed,
                                const T* d_x, T* dx) {
  Floats products{};
  for (int64_t i = 0; i < row.width; i += kLanes) {
    const int64_t count = row.width - i;
    Floats value, weight, gradient;
    load(x + i, count, value);
    load(row.weight + i, count, weight);
    load(d_normed + i, count, gradient);
    products += value * weight * gradient;
  }
  const float mean = sum_of(products) / static_cast<float>(row.width) * scale;  // of g n
  for (int64_t i = 0; i < row.width; i += kLanes) {
    const int64_t count = row.width - i;
    Floats value, weight, gradient;
    load(x + i, count, value);
    load(row.weight + i, count, weight);
    load(d_normed + i, count, gradient);
    Floats result = (weight * gradient - value * (scale * mean)) * scale;
    if (d_x != nullptr) {
      Floats other;
      load(d_x + i, count, other);
      result += other;
    }
    store(result, count, dx + i);
  }
}
