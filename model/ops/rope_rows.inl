// Rotation of the heads of one token for one instruction set (base/instruction_sets.inl).

template <typename T>
BRAID_TARGET void rope_turn(const RopeRow& row, const T* x, T* out) {
  const int64_t turning = 2 * row.half;
  for (int64_t head = 0; head < row.heads; ++head, x += row.dim, out += row.dim) {
    for (int64_t i = 0; i < row.half; i += kLanes) {
      const int64_t count = row.half - i;
      Floats u, v, c, s;
      load(x + i, count, u);
      load(x + row.half + i, count, v);
      load(row.cos + i, count, c);
      load(row.sin + i, count, s);
      s *= row.direction;
      store(u * c - v * s, count, out + i);
      store(v * c + u * s, count, out + row.half + i);
    }
    std::copy(x + turning, x + row.dim, out + turning);
  }
}
