// The micro-kernel: 4 points by 16 centres, held in registers over all coordinates.
#include "data/selection/centre_panels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "data/selection/parallel.h"

namespace braid {
namespace {

constexpr int64_t kPanel = 16;  // centres
constexpr size_t kTile = 4;     // points

// Eight lanes, each the sum of one (point, centre): without AVX the compiler halves it.
using Lanes __attribute__((vector_size(32))) = float;
constexpr size_t kLanes = 8;

using Tile = std::array<const float*, kTile>;  // rows of points
using TileProducts = std::array<std::array<float, kPanel>, kTile>;

// Inlined into functions of different instruction sets. panel [columns, kPanel].
[[gnu::always_inline]] inline void multiply_tile(const Tile& points, int64_t columns,
                                                 const float* panel, TileProducts& products) {
  Lanes sums[kTile][2] = {};
  for (int64_t d = 0; d < columns; ++d) {
    Lanes low, high;
    std::memcpy(&low, panel + d * kPanel, sizeof(low));
    std::memcpy(&high, panel + d * kPanel + 8, sizeof(high));
    for (size_t r = 0; r < kTile; ++r) {
      const float value = points[r][d];
      sums[r][0] += value * low;
      sums[r][1] += value * high;
    }
  }
  std::memcpy(&products, sums, sizeof(products));
}

void multiply_tile_portable(const Tile& points, int64_t columns, const float* panel,
                            TileProducts& products) {
  multiply_tile(points, columns, panel, products);
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] void multiply_tile_avx2(const Tile& points, int64_t columns,
                                                const float* panel, TileProducts& products) {
  multiply_tile(points, columns, panel, products);
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

void CentrePanels::multiply(std::span<const float* const> rows, std::span<float> products) const {
  static const auto kernel = choose_kernel();
  const auto stride = static_cast<size_t>(padded_count());
  BRAID_ASSERT(products.size() >= rows.size() * stride);
  TileProducts tile_products;
  for (size_t panel = 0; panel < stride / kPanel; ++panel) {
    const float* centres = panels_.data() + static_cast<int64_t>(panel) * columns_ * kPanel;
    for (size_t first = 0; first < rows.size(); first += kTile) {
      const size_t count = std::min(kTile, rows.size() - first);
      Tile tile;
      for (size_t r = 0; r < kTile; ++r) tile[r] = rows[first + std::min(r, count - 1)];
      kernel(tile, columns_, centres, tile_products);
      for (size_t r = 0; r < count; ++r) {
        float* out = products.data() + (first + r) * stride + panel * kPanel;
        std::copy(tile_products[r].begin(), tile_products[r].end(), out);
      }
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

float distance_between(std::span<const float> a, std::span<const float> b) {
  BRAID_ASSERT(a.size() == b.size());
  Lanes sums = {};
  size_t d = 0;
  for (; d + kLanes <= a.size(); d += kLanes) {
    Lanes x, y;
    std::memcpy(&x, a.data() + d, sizeof(x));
    std::memcpy(&y, b.data() + d, sizeof(y));
    const Lanes difference = x - y;
    sums += difference * difference;
  }
  float total = 0;
  for (; d < a.size(); ++d) total += (a[d] - b[d]) * (a[d] - b[d]);
  for (size_t lane = 0; lane < kLanes; ++lane) total += sums[lane];
  return std::sqrt(total);
}

}  // namespace braid
