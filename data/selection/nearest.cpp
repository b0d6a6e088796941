// The micro-kernel: 4 points by 16 centres, held in registers over all coordinates.
#include "data/selection/nearest.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "data/selection/parallel.h"

namespace braid {
namespace {

constexpr int64_t kPanel = 16;  // centres
constexpr int64_t kTile = 4;    // points
constexpr int64_t kBlock = 64;  // points per piece of work: their products stay in the cache

// Eight lanes, each the sum of one (point, centre): without AVX the compiler halves it.
using Lanes __attribute__((vector_size(32))) = float;

// points [kTile, columns] at the given stride, panel [columns, kPanel] -> out [kTile] rows of
// kPanel at the given stride. Inlined into functions of different instruction sets.
[[gnu::always_inline]] inline void multiply_tile(const float* points, int64_t columns,
                                                 const float* panel, float* out, int64_t stride) {
  Lanes sums[kTile][2] = {};
  for (int64_t d = 0; d < columns; ++d) {
    Lanes low, high;
    std::memcpy(&low, panel + d * kPanel, sizeof(low));
    std::memcpy(&high, panel + d * kPanel + 8, sizeof(high));
    for (int64_t r = 0; r < kTile; ++r) {
      const float value = points[r * columns + d];
      sums[r][0] += value * low;
      sums[r][1] += value * high;
    }
  }
  for (int64_t r = 0; r < kTile; ++r) std::memcpy(out + r * stride, sums[r], sizeof(sums[r]));
}

void multiply_tile_portable(const float* points, int64_t columns, const float* panel, float* out,
                            int64_t stride) {
  multiply_tile(points, columns, panel, out, stride);
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] void multiply_tile_avx2(const float* points, int64_t columns,
                                                const float* panel, float* out, int64_t stride) {
  multiply_tile(points, columns, panel, out, stride);
}
#endif

auto choose_kernel() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return multiply_tile_avx2;
#endif
  return multiply_tile_portable;
}

}  // namespace

CentrePanels::CentrePanels(const Matrix& centres)
    : count_(centres.rows), columns_(centres.columns) {
  const int64_t panels = (count_ + kPanel - 1) / kPanel;
  panels_.resize(static_cast<size_t>(panels * columns_ * kPanel));
  squares_.resize(static_cast<size_t>(panels * kPanel));
  for (int64_t c = 0; c < count_; ++c) {
    const auto row = centres.row(c);
    float* lane = panels_.data() + (c / kPanel) * columns_ * kPanel + c % kPanel;
    for (int64_t d = 0; d < columns_; ++d) {
      const float value = row[static_cast<size_t>(d)];
      lane[d * kPanel] = value;
      squares_[static_cast<size_t>(c)] += value * value;
    }
  }
}

void CentrePanels::multiply(const Matrix& points, int64_t first, int64_t rows,
                            std::span<float> products) const {
  static const auto kernel = choose_kernel();
  const int64_t stride = padded_count();
  BRAID_ASSERT(points.columns == columns_ && first >= 0 && first + rows <= points.rows);
  BRAID_ASSERT(static_cast<int64_t>(products.size()) >= rows * stride);
  std::vector<float> tail;  // the last points, padded to a tile
  const int64_t whole = rows - rows % kTile;
  if (whole < rows) {
    tail.resize(static_cast<size_t>(kTile * columns_));
    const float* rest = points.row(first + whole).data();
    std::copy(rest, rest + (rows - whole) * columns_, tail.begin());
  }
  std::vector<float> tail_products(static_cast<size_t>(kTile * kPanel));
  for (int64_t panel = 0; panel < stride / kPanel; ++panel) {
    const float* centres = panels_.data() + panel * columns_ * kPanel;
    float* out = products.data() + panel * kPanel;
    for (int64_t r = 0; r < whole; r += kTile) {
      kernel(points.row(first + r).data(), columns_, centres, out + r * stride, stride);
    }
    if (whole == rows) continue;
    kernel(tail.data(), columns_, centres, tail_products.data(), kPanel);
    for (int64_t r = whole; r < rows; ++r) {
      std::copy_n(tail_products.data() + (r - whole) * kPanel, kPanel, out + r * stride);
    }
  }
}

std::vector<float> squared_lengths(const Matrix& points, int threads) {
  std::vector<float> squares(static_cast<size_t>(points.rows));
  for_blocks(points.rows, 4096, threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      float sum = 0;
      for (const float value : points.row(i)) sum += value * value;
      squares[static_cast<size_t>(i)] = sum;
    }
  });
  return squares;
}

Assignment assign_nearest(const Matrix& points, std::span<const float> squares,
                          const Matrix& centres, int threads) {
  BRAID_ASSERT(centres.rows > 0 && static_cast<int64_t>(squares.size()) == points.rows);
  const CentrePanels panels(centres);
  const auto count = static_cast<size_t>(panels.count());
  const auto stride = static_cast<size_t>(panels.padded_count());
  Assignment result;
  result.labels.resize(squares.size());
  result.distances.resize(squares.size());
  for_blocks(points.rows, kBlock, threads, [&](int64_t begin, int64_t end) {
    std::vector<float> products(static_cast<size_t>(end - begin) * stride);
    panels.multiply(points, begin, end - begin, products);
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      const float* row = products.data() + (i - static_cast<size_t>(begin)) * stride;
      size_t best = 0;
      float best_distance = 0;  // without the point's own square
      for (size_t c = 0; c < count; ++c) {
        const float distance = panels.squares()[c] - 2 * row[c];
        if (c > 0 && !(distance < best_distance)) continue;
        best = c;
        best_distance = distance;
      }
      result.labels[i] = static_cast<int32_t>(best);
      result.distances[i] = std::max(0.0F, squares[i] + best_distance);
    }
  });
  return result;
}

}  // namespace braid
