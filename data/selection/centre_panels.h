// Products of many points with a set of centres: the inner loop of clustering.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/selection/matrix.h"

namespace braid {

// Centres laid out in panels of 16, so that one load brings the same coordinate of several of them.
//
// Every product is a float32 sum over the coordinates in their order, whatever the vector width:
// the same bits with SSE2 and AVX2. (A compiler that fuses multiply and add, as on ARM, gives
// others.)
class CentrePanels {
 public:
  explicit CentrePanels(const Matrix& centres);

  int64_t count() const { return count_; }
  int64_t padded_count() const { return static_cast<int64_t>(squares_.size()); }
  // Squared lengths, by the same sum as the products: the distance of equal rows is exactly 0.
  std::span<const float> squares() const { return squares_; }

  // products[r * padded_count() + c] = row r . centre c, for rows as wide as the centres; padded
  // centres give 0.
  void multiply(std::span<const float* const> rows, std::span<float> products) const;

 private:
  int64_t count_;
  int64_t columns_;
  std::vector<float> panels_;   // [panels, columns, 16]
  std::vector<float> squares_;  // [padded_count]
};

// Squared length of every row, summed in order as CentrePanels does.
std::vector<float> squared_lengths(const Matrix& points, int threads);

// Euclidean distance of two rows from their differences: no cancellation when they are close.
float distance_between(std::span<const float> a, std::span<const float> b);

}  // namespace braid
