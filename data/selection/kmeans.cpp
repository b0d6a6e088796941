// Lloyd iterations and restarts.
#include "data/selection/kmeans.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "data/selection/centre_update.h"
#include "data/selection/kmeans_init.h"
#include "data/selection/nearest_centres.h"

namespace braid {
namespace {

constexpr uint64_t kSampleStream = uint64_t{1} << 32;  // apart from the streams of the restarts

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

double sum_of_squares(const std::vector<float>& values) {
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value) * value;
  return sum;
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
  Clustering best;
  for (int64_t restart = 0; restart < options.restarts; ++restart) {
    Matrix start = plus_plus_centres(points, options.clusters, options.seed,
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
  const double still = options.tolerance * mean_variance(points);
  NearestCentres nearest(points, options.threads);
  Clustering result;
  result.centres = std::move(centres);
  std::vector<float> movement;
  bool settled = false;  // labels belong to the centres as they are
  while (!settled && result.iterations < options.max_iterations) {
    nearest.update(result.centres, movement);
    auto sizes = cluster_sizes(nearest.labels(), result.centres.rows);
    fill_empty_clusters(points, result.centres, options.threads, nearest, sizes);
    ++result.iterations;
    settled = nearest.labels() == result.labels;
    if (settled) break;
    result.labels = nearest.labels();
    movement = move_centres(points, result.labels, sizes, options.threads, result.centres);
    if (sum_of_squares(movement) <= still) break;
  }
  if (!settled) {
    nearest.update(result.centres, movement);
    result.labels = nearest.labels();
  }
  remove_empty_clusters(result);
  result.distances = distances_to_centres(points, result.centres, result.labels, options.threads);
  result.inertia = sum_of_squares(result.distances);
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
