// The plane on which points lie farthest apart.
#pragma once

#include <array>
#include <vector>

#include "data/selection/matrix.h"

namespace braid {

// Coordinates of the rows along their first two principal components, by power iteration from fixed
// starts. A sign is fixed: the largest coordinate in size is positive.
std::vector<std::array<double, 2>> principal_plane(const Matrix& points);

}  // namespace braid
