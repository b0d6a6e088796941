// The second half of a Lloyd iteration: clusters without points, and centres that become means.
#pragma once

#include <cstdint>
#include <vector>

#include "data/selection/matrix.h"
#include "data/selection/nearest_centres.h"

namespace braid {

std::vector<int64_t> cluster_sizes(const std::vector<int32_t>& labels, int64_t clusters);

// Gives every empty cluster the point farthest from its centre (ties: the smaller index) out of a
// cluster that keeps others. A point at its centre moves nowhere: then the cluster stays empty.
void fill_empty_clusters(const Matrix& points, const Matrix& centres, int threads,
                         NearestCentres& nearest, std::vector<int64_t>& sizes);

// Replaces every centre that has points by their mean and returns how far each moved. Sums run over
// the points in their order in float64, so the result is the same for any number of threads.
std::vector<float> move_centres(const Matrix& points, const std::vector<int32_t>& labels,
                                const std::vector<int64_t>& sizes, int threads, Matrix& centres);

// Distance of every point to the centre of its label.
std::vector<float> distances_to_centres(const Matrix& points, const Matrix& centres,
                                        const std::vector<int32_t>& labels, int threads);

}  // namespace braid
