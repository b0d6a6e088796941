// Greedy k-means++.
#include "data/selection/kmeans_init.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "data/selection/centre_panels.h"
#include "data/selection/parallel.h"

namespace braid {
namespace {

constexpr int64_t kBlock = 256;
constexpr uint64_t kDrawsPerCentre =
    64;  // spacing of the random indices; more than any trial count

class PlusPlus {
 public:
  PlusPlus(const Matrix& points, int64_t trials, int threads)
      : points_(points),
        squares_(squared_lengths(points, threads)),
        trials_(trials),
        threads_(threads),
        nearest_(squares_.size(), INFINITY) {}

  void add_first(int64_t point) { choose({point}); }

  // False when every point coincides with a centre.
  bool add_next(uint64_t seed, uint64_t restart, uint64_t centre) {
    const auto total = accumulate_distances();
    if (!(total > 0)) return false;
    std::vector<int64_t> drawn;
    for (int64_t trial = 0; trial < trials_; ++trial) {
      const uint64_t index = centre * kDrawsPerCentre + static_cast<uint64_t>(trial);
      drawn.push_back(locate(random_unit(seed, restart, index) * total));
    }
    choose(drawn);
    return true;
  }

  std::vector<int64_t> chosen;  // indices of points

 private:
  double accumulate_distances() {
    cumulative_.resize(nearest_.size());
    std::partial_sum(nearest_.begin(), nearest_.end(), cumulative_.begin(),
                     [](double sum, float value) { return sum + value; });
    return cumulative_.back();
  }

  // The first point whose cumulative distance exceeds `target`: never one at distance 0.
  int64_t locate(double target) const {
    const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(), target);
    if (found != cumulative_.end()) return found - cumulative_.begin();
    return std::lower_bound(cumulative_.begin(), cumulative_.end(), cumulative_.back()) -
           cumulative_.begin();
  }

  // Takes the one of the drawn points that leaves the smallest sum of distances (ties: the first).
  void choose(const std::vector<int64_t>& drawn);

  const Matrix& points_;
  std::vector<float> squares_;
  int64_t trials_;
  int threads_;
  std::vector<float> nearest_;      // squared distance to the nearest chosen point
  std::vector<double> cumulative_;  // of nearest_
};

void PlusPlus::choose(const std::vector<int64_t>& drawn) {
  const auto count = static_cast<int64_t>(drawn.size());
  Matrix candidates(count, points_.columns);
  for (int64_t c = 0; c < count; ++c) {
    const auto row = points_.row(drawn[static_cast<size_t>(c)]);
    std::copy(row.begin(), row.end(), candidates.row(c).begin());
  }
  const CentrePanels panels(candidates);
  const auto stride = static_cast<size_t>(panels.padded_count());
  const auto width = drawn.size();
  Matrix lowered(points_.rows, count);  // nearest_ if that candidate is taken
  const int64_t blocks = (points_.rows + kBlock - 1) / kBlock;
  std::vector<double> sums(static_cast<size_t>(blocks) * width);
  for_blocks(points_.rows, kBlock, threads_, [&](int64_t begin, int64_t end) {
    std::vector<float> products(static_cast<size_t>(end - begin) * stride);
    std::vector<const float*> rows;
    for (int64_t i = begin; i < end; ++i) rows.push_back(points_.row(i).data());
    panels.multiply(rows, products);
    double* block_sums = sums.data() + static_cast<size_t>(begin / kBlock) * width;
    for (int64_t i = begin; i < end; ++i) {
      const auto point = static_cast<size_t>(i);
      const float* row = products.data() + static_cast<size_t>(i - begin) * stride;
      for (size_t c = 0; c < width; ++c) {
        const float distance = squares_[point] + panels.squares()[c] - 2 * row[c];
        const float value = std::min(nearest_[point], std::max(0.0F, distance));
        lowered.row(i)[c] = value;
        block_sums[c] += value;
      }
    }
  });
  std::vector<double> totals(width);  // over blocks in order: the same for any thread count
  for (size_t i = 0; i < sums.size(); ++i) totals[i % width] += sums[i];
  const auto best = std::min_element(totals.begin(), totals.end()) - totals.begin();
  for (int64_t i = 0; i < points_.rows; ++i) {
    nearest_[static_cast<size_t>(i)] = lowered.row(i)[static_cast<size_t>(best)];
  }
  chosen.push_back(drawn[static_cast<size_t>(best)]);
}

}  // namespace

Matrix plus_plus_centres(const Matrix& points, int64_t k, uint64_t seed, uint64_t restart,
                         int threads) {
  BRAID_ASSERT(points.rows > 0 && k > 0);
  const auto trials = 2 + static_cast<int64_t>(std::log(static_cast<double>(k)));
  BRAID_ASSERT(trials <= static_cast<int64_t>(kDrawsPerCentre));
  PlusPlus state(points, trials, threads);
  const auto count = static_cast<uint64_t>(points.rows);
  state.add_first(static_cast<int64_t>(random_below(seed, restart, 0, count)));
  for (int64_t centre = 1; centre < std::min(k, points.rows); ++centre) {
    if (!state.add_next(seed, restart, static_cast<uint64_t>(centre))) break;
  }
  Matrix centres(static_cast<int64_t>(state.chosen.size()), points.columns);
  for (int64_t c = 0; c < centres.rows; ++c) {
    const auto row = points.row(state.chosen[static_cast<size_t>(c)]);
    std::copy(row.begin(), row.end(), centres.row(c).begin());
  }
  return centres;
}

}  // namespace braid
