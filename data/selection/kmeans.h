// k-means clustering: greedy k-means++, restarts, Lloyd iterations.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/selection/matrix.h"

namespace braid {

struct KMeansOptions {
  int64_t clusters = 100;  // positive
  uint64_t seed = 0;
  int64_t restarts = 3;          // the one with the smallest inertia wins; positive
  int64_t max_iterations = 100;  // per restart, and of the final run; positive
  // Stops when the squared movement of all centres is at most this times the mean variance of a
  // coordinate, or when no label changes.
  double tolerance = 1e-4;
  // With more points than this (and than 32 per cluster), restarts run on a sample of that size,
  // and only the best goes on to all points. 0: never.
  int64_t sample = 32768;
  int threads = 0;  // 0: one per core; the result is the same bits for any number
};

std::vector<std::string> problems_of(const KMeansOptions& options, const std::string& key);

struct Clustering {
  std::vector<int32_t> labels;   // per point: its nearest centre
  std::vector<float> distances;  // Euclidean, to that centre
  Matrix centres;                // each has a point; may be fewer than asked for
  double inertia = 0;            // sum of squared distances
  int64_t iterations = 0;        // of the final run
};

// Clusters the rows. k is lowered to the number of points, and further when they have fewer
// distinct places. An empty cluster takes the point farthest from its centre. No points: no
// clusters. Meant for rows of length about 1: distances come from float32 products, so the error of
// a squared distance is about 1e-6 of the squared lengths. Time: points * clusters * columns
// multiply-adds per iteration; memory beside the points: about 13 bytes per point, and the sample.
Clustering cluster(const Matrix& points, const KMeansOptions& options);

// Lloyd iterations from the given centres (one or more, as wide as the points; some points).
Clustering refine_clusters(const Matrix& points, Matrix centres, const KMeansOptions& options);

}  // namespace braid
