// Hamerly's bounds around the products of points and centres.
#include "data/selection/nearest_centres.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "data/selection/parallel.h"

namespace braid {
namespace {

constexpr int64_t kBlock = 64;  // points per piece of work: their products stay in the cache

}  // namespace

NearestCentres::NearestCentres(const Matrix& points, int threads)
    : points_(points),
      threads_(threads),
      squares_(squared_lengths(points, threads)),
      labels_(squares_.size()),
      upper_(squares_.size(), INFINITY),
      lower_(squares_.size()) {
  const float longest = squares_.empty() ? 0 : *std::max_element(squares_.begin(), squares_.end());
  margin_ = 1e-4F * std::sqrt(longest);
}

void NearestCentres::relabel(size_t point, int32_t label) {
  labels_[point] = label;
  upper_[point] = INFINITY;
  lower_[point] = 0;
}

NearestCentres::Loosening NearestCentres::loosening_of(std::span<const float> movement) {
  Loosening result;
  for (size_t c = 0; c < movement.size(); ++c) {
    if (result.farthest < 0 || movement[c] > result.largest) {
      result.second = result.largest;
      result.largest = movement[c];
      result.farthest = static_cast<int32_t>(c);
    } else {
      result.second = std::max(result.second, movement[c]);
    }
  }
  return result;
}

void NearestCentres::update(const Matrix& centres, std::span<const float> movement) {
  BRAID_ASSERT(centres.rows > 0 && centres.columns == points_.columns);
  const CentrePanels panels(centres);
  const Loosening loosening = loosening_of(movement);
  for_blocks(points_.rows, kBlock, threads_, [&](int64_t begin, int64_t end) {
    update_block(begin, end, centres, panels, movement, loosening);
  });
}

void NearestCentres::update_block(int64_t begin, int64_t end, const Matrix& centres,
                                  const CentrePanels& panels, std::span<const float> movement,
                                  const Loosening& loosening) {
  std::vector<int64_t> which;
  for (int64_t i = begin; i < end; ++i) {
    const auto point = static_cast<size_t>(i);
    if (movement.empty() || may_have_changed(point, centres, movement, loosening)) {
      which.push_back(i);
    }
  }
  if (!which.empty()) compare_with_all(which, panels);
}

bool NearestCentres::may_have_changed(size_t point, const Matrix& centres,
                                      std::span<const float> movement, const Loosening& loosening) {
  const int32_t label = labels_[point];
  upper_[point] += movement[static_cast<size_t>(label)];
  lower_[point] -= label == loosening.farthest ? loosening.second : loosening.largest;
  if (upper_[point] + margin_ < lower_[point]) return false;
  if (!(lower_[point] > margin_)) return true;
  // One distance is cheap beside all of them, and often closes the matter.
  upper_[point] = distance_between(points_.row(static_cast<int64_t>(point)), centres.row(label));
  return !(upper_[point] + margin_ < lower_[point]);
}

void NearestCentres::compare_with_all(std::span<const int64_t> which, const CentrePanels& panels) {
  std::vector<const float*> rows;
  for (const int64_t i : which) rows.push_back(points_.row(i).data());
  const auto stride = static_cast<size_t>(panels.padded_count());
  std::vector<float> products(rows.size() * stride);
  panels.multiply(rows, products);
  const auto squares = panels.squares().first(static_cast<size_t>(panels.count()));
  for (size_t r = 0; r < rows.size(); ++r) {
    const float* row = products.data() + r * stride;
    size_t best = 0;
    float nearest = INFINITY, second = INFINITY;  // squared, without the point's own square
    for (size_t c = 0; c < squares.size(); ++c) {
      const float distance = squares[c] - 2 * row[c];
      if (!(distance < second)) continue;
      if (distance < nearest) {
        second = nearest;
        nearest = distance;
        best = c;
      } else {
        second = distance;
      }
    }
    const auto point = static_cast<size_t>(which[r]);
    labels_[point] = static_cast<int32_t>(best);
    upper_[point] = std::sqrt(std::max(0.0F, squares_[point] + nearest));
    lower_[point] = std::sqrt(std::max(0.0F, squares_[point] + second));
  }
}

}  // namespace braid
