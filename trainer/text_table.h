// Tables for terminals.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace braid {

// Columns of equal width, two spaces apart: the first `left` ones aligned to the left, the others
// to the right. Rows have the same number of cells; ends with a newline.
std::string align_columns(const std::vector<std::vector<std::string>>& rows, size_t left);

}  // namespace braid
