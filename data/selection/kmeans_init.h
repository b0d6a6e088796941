// Starting centres for k-means.
#pragma once

#include <cstdint>

#include "data/selection/matrix.h"

namespace braid {

// Greedy k-means++: the first centre is a uniform draw, each further one the best of 2 + ln(k)
// draws with probability proportional to the squared distance to the nearest centre so far; the
// best lowers the sum of those distances most. Draws are functions of (seed, restart). Fewer than
// `k` rows come back when the points have fewer distinct places. points.rows > 0, k > 0.
Matrix plus_plus_centres(const Matrix& points, int64_t k, uint64_t seed, uint64_t restart,
                         int threads);

}  // namespace braid
