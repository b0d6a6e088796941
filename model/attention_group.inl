// Attention of one group for one instruction set (base/instruction_sets.inl).
//
// Keys and values of a segment and its prefix are packed once as float32, also transposed, so that
// every product is a sum of scalars times contiguous rows. Queries go in blocks over the keys they
// see: the masked half is skipped except on the diagonal. Rows of a block are (query, head of the
// group), head fastest.

constexpr int64_t kRows = 6;     // of one register tile
constexpr int64_t kVectors = 4;  // beside one another in it
constexpr int64_t kBlockRows = 24;

BRAID_TARGET inline int64_t padded(int64_t n) { return (n + kLanes - 1) / kLanes * kLanes; }

// A factor that is read as scalars: element (row, i) at data[row * row_step + i * step].
struct Scalars {
  const float* data;
  int64_t row_step, step;
};

template <int64_t R, int64_t V>
BRAID_TARGET inline void tile(const Scalars& a, const float* b, int64_t b_step, int64_t depth,
                              bool add, float* c, int64_t c_step) {
  Floats sum[R][V];
#pragma GCC unroll 8
  for (int64_t r = 0; r < R; ++r) {
#pragma GCC unroll 8
    for (int64_t v = 0; v < V; ++v) {
      if (add) {
        load(c + r * c_step + v * kLanes, sum[r][v]);
      } else {
        sum[r][v] = Floats{};
      }
    }
  }
  for (int64_t i = 0; i < depth; ++i) {
    Floats row[V];
#pragma GCC unroll 8
    for (int64_t v = 0; v < V; ++v) load(b + i * b_step + v * kLanes, row[v]);
#pragma GCC unroll 8
    for (int64_t r = 0; r < R; ++r) {
      const float scalar = a.data[r * a.row_step + i * a.step];
#pragma GCC unroll 8
      for (int64_t v = 0; v < V; ++v) sum[r][v] += row[v] * scalar;
    }
  }
#pragma GCC unroll 8
  for (int64_t r = 0; r < R; ++r) {
#pragma GCC unroll 8
    for (int64_t v = 0; v < V; ++v) store(sum[r][v], c + r * c_step + v * kLanes);
  }
}

template <int64_t V>
BRAID_TARGET inline void column_tiles(const Scalars& a, const float* b, int64_t b_step,
                                      int64_t rows, int64_t depth, bool add, float* c,
                                      int64_t c_step) {
  int64_t r = 0;
  const auto from = [&](int64_t row) {
    return Scalars{a.data + row * a.row_step, a.row_step, a.step};
  };
  for (; r + kRows <= rows; r += kRows) {
    tile<kRows, V>(from(r), b, b_step, depth, add, c + r * c_step, c_step);
  }
  for (; r < rows; ++r) tile<1, V>(from(r), b, b_step, depth, add, c + r * c_step, c_step);
}

// c [rows, columns] = a [rows, depth] b [depth, columns], added to c with `add`. Columns are whole
// vectors.
BRAID_TARGET inline void product(const Scalars& a, const float* b, int64_t b_step, int64_t rows,
                                 int64_t columns, int64_t depth, bool add, float* c,
                                 int64_t c_step) {
  int64_t column = 0;
  for (; column + kVectors * kLanes <= columns; column += kVectors * kLanes) {
    column_tiles<kVectors>(a, b + column, b_step, rows, depth, add, c + column, c_step);
  }
  for (; column < columns; column += kLanes) {
    column_tiles<1>(a, b + column, b_step, rows, depth, add, c + column, c_step);
  }
}

template <typename T>
BRAID_TARGET inline void widen(const T* from, int64_t count, float* to) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    Floats x;
    load(from + i, x);
    store(x, to + i);
  }
  for (; i < count; ++i) to[i] = static_cast<float>(from[i]);
}

template <typename T>
BRAID_TARGET inline void narrow(const float* from, int64_t count, T* to) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    Floats x;
    load(from + i, x);
    store(x, to + i);
  }
  for (; i < count; ++i) to[i] = static_cast<T>(from[i]);
}

// Everything of one task. Buffers are [rows, width] or, transposed, [dim, key_step].
template <typename T>
struct Group {
  const AttentionTensors<T>& tensors;
  const AttentionShape& shape;
  const AttentionTask& task;
  AttentionScratch& scratch;
  int64_t group, width, keys, key_step, block_queries;

  const Segment& member(size_t i) const { return task.segments[task.members[i]]; }
  int64_t query_offset(int64_t token) const {
    return (token * shape.heads + task.kv_head * group) * shape.dim;
  }
  int64_t key_offset(int64_t token) const {
    return (token * shape.kv_heads + task.kv_head) * shape.dim;
  }
};

template <typename T>
BRAID_TARGET Group<T> open_group(const AttentionTensors<T>& tensors, const AttentionShape& shape,
                                 const AttentionTask& task, AttentionScratch& scratch,
                                 bool backward) {
  Group<T> g{tensors,           shape, task, scratch, shape.heads / shape.kv_heads,
             padded(shape.dim), 0,     0,    1};
  for (size_t i = 0; i < task.members.size(); ++i) {
    g.keys = std::max(g.keys, g.member(i).position + g.member(i).length);
  }
  g.key_step = padded(g.keys) + kLanes;  // a block's first key need not be at a whole vector
  g.block_queries = std::max<int64_t>(1, kBlockRows / g.group);
  const auto take = [](std::vector<float>& buffer, int64_t count) {
    // What lies behind the used elements is read too, and must be finite.
    buffer.assign(static_cast<size_t>(count), 0.0F);
  };
  const int64_t rows = g.block_queries * g.group;
  take(scratch.k, g.keys * g.width);
  take(scratch.v, g.keys * g.width);
  take(scratch.k_transposed, shape.dim * g.key_step);
  take(scratch.q, rows * g.width);
  take(scratch.scores, rows * g.key_step);
  take(scratch.dq, rows * g.width);
  if (!backward) return g;
  take(scratch.v_transposed, shape.dim * g.key_step);
  take(scratch.d_out, rows * g.width);
  take(scratch.d_scores, rows * g.key_step);
  take(scratch.slopes, g.key_step);
  take(scratch.dk, g.keys * g.width);
  take(scratch.dv, g.keys * g.width);
  return g;
}

// Keys or values of a segment at their positions, and transposed when asked for.
template <typename T>
BRAID_TARGET void pack_keys(const Group<T>& g, const T* source, const Segment& segment,
                            std::vector<float>& rows, float* transposed) {
  for (int64_t i = 0; i < segment.length; ++i) {
    const int64_t key = segment.position + i;
    float* const row = rows.data() + key * g.width;
    widen(source + g.key_offset(segment.begin + i), g.shape.dim, row);
    if (transposed == nullptr) continue;
    for (int64_t d = 0; d < g.shape.dim; ++d) transposed[d * g.key_step + key] = row[d];
  }
}

template <typename T>
BRAID_TARGET void pack_queries(const Group<T>& g, const T* source, int64_t token, int64_t queries,
                               float* rows) {
  for (int64_t i = 0; i < queries; ++i) {
    const T* const from = source + g.query_offset(token + i);
    for (int64_t h = 0; h < g.group; ++h) {
      widen(from + h * g.shape.dim, g.shape.dim, rows + (i * g.group + h) * g.width);
    }
  }
}

template <typename T>
BRAID_TARGET void unpack_queries(const Group<T>& g, const float* rows, int64_t token,
                                 int64_t queries, T* target) {
  for (int64_t i = 0; i < queries; ++i) {
    T* const to = target + g.query_offset(token + i);
    for (int64_t h = 0; h < g.group; ++h) {
      narrow(rows + (i * g.group + h) * g.width, g.shape.dim, to + h * g.shape.dim);
    }
  }
}

// Queries [begin, end) of a segment, and the keys [first, last) that they see between them.
struct Block {
  int64_t begin, end, first, last;
};

// The keys of query i, relative to the block's first.
struct Seen {
  int64_t begin, end;
};

BRAID_TARGET inline Seen seen_by(const Segment& segment, const Block& block, int64_t i,
                                 int64_t window) {
  const int64_t position = segment.position + i;
  const int64_t oldest = window > 0 ? std::max<int64_t>(0, position - window + 1) : 0;
  return {std::max(oldest, block.first) - block.first, position + 1 - block.first};
}

// row = e^(row * scale - offset), zero outside of `seen`; `count` elements, whole vectors.
BRAID_TARGET inline void exponentials(float* row, int64_t count, const Seen& seen, float scale,
                                      float offset) {
  const auto limit = Floats{} + kLowest;
  for (int64_t i = 0; i < count; i += kLanes) {
    Floats x, e;
    load(row + i, x);
    x = x * scale - offset;
    x = x < limit ? limit : x;
    exponential(x, e);
    store(e, row + i);
  }
  std::fill(row, row + seen.begin, 0.0F);
  std::fill(row + seen.end, row + count, 0.0F);
}

// Scores of one row before the softmax, but for a factor: plain ones keep the scale for later,
// which costs nothing there; capped ones hold it.
BRAID_TARGET inline float factor_of(const AttentionShape& shape) {
  return shape.softcap > 0 ? 1.0F : shape.scale;
}

// row = softcap tanh(scale row / softcap); `slopes`, when not null, get the derivatives to scale
// row.
BRAID_TARGET inline void cap_scores(const AttentionShape& shape, int64_t count, float* row,
                                    float* slopes) {
  for (int64_t i = 0; i < count; i += kLanes) {
    Floats x, t;
    load(row + i, x);
    hyperbolic_tangent(x * (shape.scale / shape.softcap), t);
    store(t * shape.softcap, row + i);
    if (slopes != nullptr) store(1.0F - t * t, slopes + i);
  }
}

BRAID_TARGET inline float row_sum(const float* row, int64_t count) {
  Floats sum{};
  for (int64_t i = 0; i < count; i += kLanes) {
    Floats e;
    load(row + i, e);
    sum += e;
  }
  float total = 0;
  for (int64_t lane = 0; lane < kLanes; ++lane) total += sum[lane];
  return total;
}

BRAID_TARGET inline float largest(const float* row, const Seen& seen) {
  Floats best = Floats{} + row[seen.begin];
  int64_t i = seen.begin;
  for (; i + kLanes <= seen.end; i += kLanes) {
    Floats x;
    load(row + i, x);
    best = x > best ? x : best;
  }
  float result = best[0];
  for (int64_t lane = 1; lane < kLanes; ++lane) result = std::max(result, best[lane]);
  for (; i < seen.end; ++i) result = std::max(result, row[i]);
  return result;
}

// fn(segment, block) for every block of every member; a member's own keys and values are packed
// before its first block. done(segment) behind its last.
template <typename T, typename Fn, typename Done>
BRAID_TARGET void for_each_block(const Group<T>& g, bool backward, const Fn& fn, const Done& done) {
  for (size_t m = 0; m < g.task.members.size(); ++m) {
    const Segment& segment = g.member(m);
    pack_keys(g, g.tensors.k, segment, g.scratch.k, g.scratch.k_transposed.data());
    pack_keys(g, g.tensors.v, segment, g.scratch.v,
              backward ? g.scratch.v_transposed.data() : nullptr);
    for (int64_t begin = 0; begin < segment.length; begin += g.block_queries) {
      const int64_t end = std::min(begin + g.block_queries, segment.length);
      const int64_t oldest = segment.position + begin - g.shape.window + 1;
      const int64_t first = g.shape.window > 0 ? std::max<int64_t>(0, oldest) : 0;
      fn(segment, Block{begin, end, first, segment.position + end});
    }
    done(m, segment);
  }
}

template <typename T>
BRAID_TARGET void forward_block(const Group<T>& g, const Segment& segment, const Block& block) {
  AttentionScratch& s = g.scratch;
  const int64_t queries = block.end - block.begin, rows = queries * g.group;
  const int64_t count = block.last - block.first, columns = padded(count);
  const int64_t token = segment.begin + block.begin;
  pack_queries(g, g.tensors.q, token, queries, s.q.data());
  product({s.q.data(), g.width, 1}, s.k_transposed.data() + block.first, g.key_step, rows, columns,
          g.shape.dim, false, s.scores.data(), g.key_step);
  for (int64_t r = 0; r < rows; ++r) {
    float* const row = s.scores.data() + r * g.key_step;
    const int64_t i = r / g.group, h = r % g.group;
    const Seen seen = seen_by(segment, block, block.begin + i, g.shape.window);
    if (g.shape.softcap > 0) cap_scores(g.shape, columns, row, nullptr);
    const float factor = factor_of(g.shape), offset = largest(row, seen) * factor;
    exponentials(row, columns, seen, factor, offset);
    const float sum = row_sum(row, columns);
    g.tensors.lse[(token + i) * g.shape.heads + g.task.kv_head * g.group + h] =
        offset + std::log(sum);
    for (int64_t k = 0; k < columns; k += kLanes) {
      Floats e;
      load(row + k, e);
      e *= 1 / sum;
      store(e, row + k);
    }
  }
  product({s.scores.data(), g.key_step, 1}, s.v.data() + block.first * g.width, g.width, rows,
          g.width, count, false, s.dq.data(), g.width);
  unpack_queries(g, s.dq.data(), token, queries, g.tensors.out);
}

// With weights p and dp = d_out v^T: ds = p (dp - sum(p dp)) scale, times `slopes` unless they are
// null; p stays in `weights`.
BRAID_TARGET inline void score_gradients(const float* weights, const float* slopes,
                                         float* gradients, int64_t count, float scale) {
  Floats sum{};
  for (int64_t i = 0; i < count; i += kLanes) {
    Floats p, d;
    load(weights + i, p);
    load(gradients + i, d);
    sum += p * d;
  }
  float total = 0;
  for (int64_t lane = 0; lane < kLanes; ++lane) total += sum[lane];
  for (int64_t i = 0; i < count; i += kLanes) {
    Floats p, d;
    load(weights + i, p);
    load(gradients + i, d);
    d = p * (d - total) * scale;
    if (slopes != nullptr) {
      Floats slope;
      load(slopes + i, slope);
      d *= slope;
    }
    store(d, gradients + i);
  }
}

template <typename T>
BRAID_TARGET void backward_block(const Group<T>& g, const Segment& segment, const Block& block) {
  AttentionScratch& s = g.scratch;
  const int64_t queries = block.end - block.begin, rows = queries * g.group;
  const int64_t count = block.last - block.first, columns = padded(count);
  const int64_t token = segment.begin + block.begin, keys = block.first * g.width;
  pack_queries(g, g.tensors.q, token, queries, s.q.data());
  pack_queries(g, g.tensors.d_out, token, queries, s.d_out.data());
  product({s.q.data(), g.width, 1}, s.k_transposed.data() + block.first, g.key_step, rows, columns,
          g.shape.dim, false, s.scores.data(), g.key_step);
  product({s.d_out.data(), g.width, 1}, s.v_transposed.data() + block.first, g.key_step, rows,
          columns, g.shape.dim, false, s.d_scores.data(), g.key_step);
  for (int64_t r = 0; r < rows; ++r) {
    float* const row = s.scores.data() + r * g.key_step;
    const int64_t i = r / g.group, h = r % g.group;
    float* const slopes = g.shape.softcap > 0 ? s.slopes.data() : nullptr;
    if (slopes != nullptr) cap_scores(g.shape, columns, row, slopes);
    exponentials(row, columns, seen_by(segment, block, block.begin + i, g.shape.window),
                 factor_of(g.shape),
                 g.tensors.lse[(token + i) * g.shape.heads + g.task.kv_head * g.group + h]);
    score_gradients(row, slopes, s.d_scores.data() + r * g.key_step, columns, g.shape.scale);
  }
  product({s.d_scores.data(), g.key_step, 1}, s.k.data() + keys, g.width, rows, g.width, count,
          false, s.dq.data(), g.width);
  unpack_queries(g, s.dq.data(), token, queries, g.tensors.dq);
  // Transposed: a key's row gathers from all queries of the block.
  product({s.d_scores.data(), 1, g.key_step}, s.q.data(), g.width, count, g.width, rows, true,
          s.dk.data() + keys, g.width);
  product({s.scores.data(), 1, g.key_step}, s.d_out.data(), g.width, count, g.width, rows, true,
          s.dv.data() + keys, g.width);
}

template <typename T>
BRAID_TARGET void unpack_keys(const Group<T>& g, const Segment& segment) {
  for (int64_t i = 0; i < segment.length; ++i) {
    const int64_t from = (segment.position + i) * g.width;
    const int64_t to = g.key_offset(segment.begin + i);
    narrow(g.scratch.dk.data() + from, g.shape.dim, g.tensors.dk + to);
    narrow(g.scratch.dv.data() + from, g.shape.dim, g.tensors.dv + to);
  }
}

template <typename T>
BRAID_TARGET void forward_group(const AttentionTensors<T>& tensors, const AttentionShape& shape,
                                const AttentionTask& task, AttentionScratch& scratch) {
  const Group<T> g = open_group(tensors, shape, task, scratch, false);
  for_each_block(
      g, false,
      [&](const Segment& segment, const Block& block) { forward_block(g, segment, block); },
      [](size_t, const Segment&) {});
}

template <typename T>
BRAID_TARGET void backward_group(const AttentionTensors<T>& tensors, const AttentionShape& shape,
                                 const AttentionTask& task, AttentionScratch& scratch) {
  const Group<T> g = open_group(tensors, shape, task, scratch, true);
  for_each_block(
      g, true,
      [&](const Segment& segment, const Block& block) { backward_block(g, segment, block); },
      [&](size_t m, const Segment& segment) {
        if (m == 0) return;  // branches add to the root's gradients
        unpack_keys(g, segment);
        const auto own = static_cast<std::ptrdiff_t>(segment.position * g.width);
        std::fill(scratch.dk.begin() + own, scratch.dk.end(), 0.0F);
        std::fill(scratch.dv.begin() + own, scratch.dv.end(), 0.0F);
      });
  unpack_keys(g, g.member(0));
}
