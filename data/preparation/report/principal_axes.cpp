#include "data/preparation/report/principal_axes.h"

#include <cmath>

namespace braid {
namespace {

constexpr int kIterations = 200;

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

std::vector<Vector> centred(const Matrix& points) {
  const auto columns = static_cast<size_t>(points.columns);
  std::vector<Vector> rows;
  Vector mean(columns);
  for (int64_t i = 0; i < points.rows; ++i) {
    const auto row = points.row(i);
    rows.emplace_back(row.begin(), row.end());
    for (size_t c = 0; c < columns; ++c) mean[c] += rows.back()[c];
  }
  for (Vector& row : rows) {
    for (size_t c = 0; c < columns; ++c) row[c] -= mean[c] / static_cast<double>(points.rows);
  }
  return rows;
}

// The direction of largest variance that is orthogonal to `other`.
Vector principal_axis(const std::vector<Vector>& rows, const Vector& other) {
  Vector axis(rows[0].size());
  for (size_t c = 0; c < axis.size(); ++c) axis[c] = std::sin(static_cast<double>(c) + 1);
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    Vector next(axis.size());
    for (const Vector& row : rows) {
      const double along = dot(row, axis);
      for (size_t c = 0; c < next.size(); ++c) next[c] += along * row[c];
    }
    if (!other.empty()) {
      const double along = dot(next, other);
      for (size_t c = 0; c < next.size(); ++c) next[c] -= along * other[c];
    }
    const double length = std::sqrt(dot(next, next));
    if (!(length > 0)) break;  // all points on one place
    for (size_t c = 0; c < next.size(); ++c) axis[c] = next[c] / length;
  }
  return axis;
}

}  // namespace

std::vector<std::array<double, 2>> principal_plane(const Matrix& points) {
  std::vector<std::array<double, 2>> plane(static_cast<size_t>(points.rows));
  if (points.rows == 0) return plane;
  const auto rows = centred(points);
  Vector axis;
  for (size_t d = 0; d < 2; ++d) {
    axis = principal_axis(rows, axis);
    double largest = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      plane[i][d] = dot(rows[i], axis);
      if (std::abs(plane[i][d]) > std::abs(largest)) largest = plane[i][d];
    }
    if (largest < 0) {
      for (auto& point : plane) point[d] = -point[d];
    }
  }
  return plane;
}

}  // namespace braid
