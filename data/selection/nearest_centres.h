// The nearest centre of every point, kept up to date while the centres move.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/selection/centre_panels.h"
#include "data/selection/matrix.h"

namespace braid {

// Hamerly's bounds: a point keeps an upper bound of the distance to its centre and a lower bound of
// the distance to any other; how far the centres moved loosens both. While the bounds stay apart,
// with a margin far above rounding, the nearest centre cannot have changed and nothing is computed.
// Labels are those of comparing every point with every centre.
class NearestCentres {
 public:
  NearestCentres(const Matrix& points, int threads);  // points outlive the object

  // Brings the labels up to date. `movement`: distance that each centre moved since the last
  // update; empty for the first. Ties: the smaller index. At least one centre.
  void update(const Matrix& centres, std::span<const float> movement);

  const std::vector<int32_t>& labels() const { return labels_; }
  // Puts a point into another cluster until the next update, which looks at it afresh.
  void relabel(size_t point, int32_t label);

 private:
  struct Loosening {  // of the lower bounds
    float largest = 0;
    float second = 0;
    int32_t farthest = -1;  // the centre that moved by `largest`
  };
  static Loosening loosening_of(std::span<const float> movement);
  void update_block(int64_t begin, int64_t end, const Matrix& centres, const CentrePanels& panels,
                    std::span<const float> movement, const Loosening& loosening);
  bool may_have_changed(size_t point, const Matrix& centres, std::span<const float> movement,
                        const Loosening& loosening);
  void compare_with_all(std::span<const int64_t> which, const CentrePanels& panels);

  const Matrix& points_;
  int threads_;
  std::vector<float> squares_;
  float margin_;  // bounds closer than that are compared afresh
  std::vector<int32_t> labels_;
  std::vector<float> upper_;
  std::vector<float> lower_;
};

}  // namespace braid
