// Means of clusters, and what becomes of empty ones.
#include "data/selection/centre_update.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/selection/parallel.h"

namespace braid {
namespace {

constexpr int64_t kSlice = 64;  // columns that a thread sums at a time

}  // namespace

std::vector<int64_t> cluster_sizes(const std::vector<int32_t>& labels, int64_t clusters) {
  std::vector<int64_t> sizes(static_cast<size_t>(clusters));
  for (const int32_t label : labels) ++sizes[static_cast<size_t>(label)];
  return sizes;
}

std::vector<float> distances_to_centres(const Matrix& points, const Matrix& centres,
                                        const std::vector<int32_t>& labels, int threads) {
  std::vector<float> distances(labels.size());
  for_blocks(points.rows, 1024, threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const auto point = static_cast<size_t>(i);
      distances[point] = distance_between(points.row(i), centres.row(labels[point]));
    }
  });
  return distances;
}

void fill_empty_clusters(const Matrix& points, const Matrix& centres, int threads,
                         NearestCentres& nearest, std::vector<int64_t>& sizes) {
  if (std::find(sizes.begin(), sizes.end(), 0) == sizes.end()) return;
  const auto distances = distances_to_centres(points, centres, nearest.labels(), threads);
  std::vector<size_t> far(distances.size());
  std::iota(far.begin(), far.end(), size_t{0});
  std::stable_sort(far.begin(), far.end(),
                   [&](size_t a, size_t b) { return distances[a] > distances[b]; });
  const auto size_around = [&](size_t point) -> int64_t& {
    return sizes[static_cast<size_t>(nearest.labels()[point])];
  };
  size_t next = 0;
  for (size_t empty = 0; empty < sizes.size(); ++empty) {
    if (sizes[empty] > 0) continue;
    while (next < far.size() && size_around(far[next]) < 2) ++next;
    if (next == far.size() || distances[far[next]] <= 0) return;
    --size_around(far[next]);
    ++sizes[empty];
    nearest.relabel(far[next], static_cast<int32_t>(empty));
    ++next;
  }
}

std::vector<float> move_centres(const Matrix& points, const std::vector<int32_t>& labels,
                                const std::vector<int64_t>& sizes, int threads, Matrix& centres) {
  const Matrix before = centres;
  // Threads share the columns, not the points.
  for_blocks(points.columns, kSlice, threads, [&](int64_t begin, int64_t end) {
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
        centre[d] = static_cast<float>(sums[c * width + d] / static_cast<double>(sizes[c]));
      }
    }
  });
  std::vector<float> movement;
  for (int64_t c = 0; c < centres.rows; ++c) {
    movement.push_back(distance_between(before.row(c), centres.row(c)));
  }
  return movement;
}

}  // namespace braid
