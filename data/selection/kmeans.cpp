// Lloyd iterations and restarts.
#include "data/selection/kmeans.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "data/selection/kmeans_init.h"
#include "data/selection/nearest.h"
#include "data/selection/parallel.h"

namespace braid {
namespace {

constexpr uint64_t kSampleStream = uint64_t{1} << 32;  // apart from the streams of the restarts
constexpr int64_t kColumnSlice = 16;  // columns that a thread sums at a time: one cache line

double mean_variance(const Matrix& points) {
  std::vector<double> sums(static_cast<size_t>(points.columns));
  std::vector<double> squares(sums.size());
  for (int64_t i = 0; i < points.rows; ++i) {
    const auto row = points.row(i);
    for (size_t d = 0; d < row.size(); ++d) {
      sums[d] += row[d];
      squares[d] += static_cast<double>(row[d]) * row[d];
    }
  }
  const auto count = static_cast<double>(points.rows);
  double total = 0;
  for (size_t d = 0; d < sums.size(); ++d) {
    total += squares[d] / count - (sums[d] / count) * (sums[d] / count);
  }
  return total / static_cast<double>(points.columns);
}

std::vector<int64_t> cluster_sizes(const std::vector<int32_t>& labels, int64_t clusters) {
  std::vector<int64_t> sizes(static_cast<size_t>(clusters));
  for (const int32_t label : labels) ++sizes[static_cast<size_t>(label)];
  return sizes;
}

// Gives every empty cluster the point farthest from its centre (ties: the smaller index) out of a
// cluster that keeps others. Points at distance 0 move nowhere: then the cluster stays empty.
void fill_empty_clusters(Assignment& assignment, std::vector<int64_t>& sizes) {
  if (std::find(sizes.begin(), sizes.end(), 0) == sizes.end()) return;
  std::vector<size_t> far(assignment.labels.size());
  for (size_t i = 0; i < far.size(); ++i) far[i] = i;
  std::stable_sort(far.begin(), far.end(), [&](size_t a, size_t b) {
    return assignment.distances[a] > assignment.distances[b];
  });
  size_t next = 0;
  for (size_t empty = 0; empty < sizes.size(); ++empty) {
    if (sizes[empty] > 0) continue;
    const auto alone = [&](size_t i) {
      return sizes[static_cast<size_t>(assignment.labels[i])] < 2;
    };
    while (next < far.size() && alone(far[next])) ++next;
    if (next == far.size() || assignment.distances[far[next]] <= 0) return;
    int32_t& label = assignment.labels[far[next]];
    --sizes[static_cast<size_t>(label)];
    ++sizes[empty];
    label = static_cast<int32_t>(empty);
    assignment.distances[far[next]] = 0;
    ++next;
  }
}

// Replaces every centre that has points by their mean; returns the summed squared movement. Threads
// share the columns, so every sum runs over the points in their order.
double move_centres(const Matrix& points, const std::vector<int32_t>& labels,
                    const std::vector<int64_t>& sizes, Matrix& centres, int threads) {
  std::vector<double> movement(static_cast<size_t>(points.columns));
  for_blocks(points.columns, kColumnSlice, threads, [&](int64_t begin, int64_t end) {
    const auto width = static_cast<size_t>(end - begin);
    std::vector<double> sums(sizes.size() * width);
    for (int64_t i = 0; i < points.rows; ++i) {
      const float* row = points.row(i).data() + begin;
      double* sum = sums.data() + static_cast<size_t>(labels[static_cast<size_t>(i)]) * width;
      for (size_t d = 0; d < width; ++d) sum[d] += row[d];
    }
    for (size_t c = 0; c < sizes.size(); ++c) {
      if (sizes[c] == 0) continue;
      float* centre = centres.row(static_cast<int64_t>(c)).data() + begin;
      for (size_t d = 0; d < width; ++d) {
        const double mean = sums[c * width + d] / static_cast<double>(sizes[c]);
        const double step = mean - centre[d];
        movement[static_cast<size_t>(begin) + d] += step * step;
        centre[d] = static_cast<float>(mean);
      }
    }
  });
  double total = 0;
  for (const double part : movement) total += part;
  return total;
}

// Removes clusters without points and numbers the others anew.
void remove_empty_clusters(Clustering& result) {
  const auto sizes = cluster_sizes(result.labels, result.centres.rows);
  std::vector<int32_t> renumbered(sizes.size(), -1);
  int32_t next = 0;
  for (size_t c = 0; c < sizes.size(); ++c) {
    if (sizes[c] == 0) continue;
    const auto row = result.centres.row(static_cast<int64_t>(c));
    std::copy(row.begin(), row.end(), result.centres.row(next).begin());
    renumbered[c] = next++;
  }
  result.centres.rows = next;
  result.centres.values.resize(static_cast<size_t>(next * result.centres.columns));
  for (int32_t& label : result.labels) label = renumbered[static_cast<size_t>(label)];
}

// Distances from differences rather than products: exact to float32, for reports and inertia.
void measure(const Matrix& points, int threads, Clustering& result) {
  result.distances.resize(result.labels.size());
  for_blocks(points.rows, 1024, threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const auto row = points.row(i);
      const auto centre = result.centres.row(result.labels[static_cast<size_t>(i)]);
      double sum = 0;
      for (size_t d = 0; d < row.size(); ++d) {
        const double difference = static_cast<double>(row[d]) - centre[d];
        sum += difference * difference;
      }
      result.distances[static_cast<size_t>(i)] = static_cast<float>(std::sqrt(sum));
    }
  });
  result.inertia = 0;
  for (const float distance : result.distances) {
    result.inertia += static_cast<double>(distance) * distance;
  }
}

Matrix sample_rows(const Matrix& points, int64_t count, uint64_t seed) {
  auto order = random_permutation(seed, kSampleStream, points.rows);
  order.resize(static_cast<size_t>(count));
  std::sort(order.begin(), order.end());  // walk through memory forwards
  Matrix sample(count, points.columns);
  for (int64_t i = 0; i < count; ++i) {
    const auto row = points.row(order[static_cast<size_t>(i)]);
    std::copy(row.begin(), row.end(), sample.row(i).begin());
  }
  return sample;
}

Clustering best_of_restarts(const Matrix& points, const KMeansOptions& options) {
  const auto squares = squared_lengths(points, options.threads);
  Clustering best;
  for (int64_t restart = 0; restart < options.restarts; ++restart) {
    Matrix start = plus_plus_centres(points, squares, options.clusters, options.seed,
                                     static_cast<uint64_t>(restart), options.threads);
    Clustering result = refine_clusters(points, std::move(start), options);
    if (restart == 0 || result.inertia < best.inertia) best = std::move(result);
  }
  return best;
}

}  // namespace

std::vector<std::string> problems_of(const KMeansOptions& options, const std::string& key) {
  std::vector<std::string> problems;
  const auto require = [&](bool holds, const char* name, auto value, const char* valid) {
    if (!holds) problems.push_back(fmt::format("{}.{}: {} {}", key, name, value, valid));
  };
  require(options.clusters > 0 && options.clusters <= 65536, "clusters", options.clusters,
          "is not in [1, 65536]");
  require(options.restarts > 0 && options.restarts <= 1000, "restarts", options.restarts,
          "is not in [1, 1000]");
  require(options.max_iterations > 0 && options.max_iterations <= 100000, "max_iterations",
          options.max_iterations, "is not in [1, 100000]");
  require(options.tolerance >= 0 && std::isfinite(options.tolerance), "tolerance",
          options.tolerance, "is negative or not finite");
  require(options.sample >= 0, "sample", options.sample, "is negative; 0 means all points");
  return problems;
}

Clustering refine_clusters(const Matrix& points, Matrix centres, const KMeansOptions& options) {
  BRAID_ASSERT(points.rows > 0 && centres.rows > 0 && centres.columns == points.columns);
  const auto squares = squared_lengths(points, options.threads);
  const double still = options.tolerance * mean_variance(points);
  Clustering result;
  result.centres = std::move(centres);
  bool settled = false;  // labels belong to the centres as they are
  for (int64_t i = 0; i < options.max_iterations && !settled; ++i) {
    Assignment assignment = assign_nearest(points, squares, result.centres, options.threads);
    auto sizes = cluster_sizes(assignment.labels, result.centres.rows);
    fill_empty_clusters(assignment, sizes);
    settled = assignment.labels == result.labels;
    result.labels = std::move(assignment.labels);
    ++result.iterations;
    if (settled) break;
    if (move_centres(points, result.labels, sizes, result.centres, options.threads) <= still) break;
  }
  if (!settled) {
    result.labels = assign_nearest(points, squares, result.centres, options.threads).labels;
  }
  remove_empty_clusters(result);
  measure(points, options.threads, result);
  return result;
}

Clustering cluster(const Matrix& points, const KMeansOptions& options) {
  BRAID_ASSERT(problems_of(options, "").empty());
  if (points.rows == 0) return {};
  const int64_t sample = std::max(options.sample, 32 * options.clusters);
  if (options.sample == 0 || points.rows <= sample) return best_of_restarts(points, options);
  Clustering start = best_of_restarts(sample_rows(points, sample, options.seed), options);
  return refine_clusters(points, std::move(start.centres), options);
}

}  // namespace braid
