// What two runs have in common, by name.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace braid {

struct Matches {
  std::vector<std::pair<size_t, size_t>> places;  // in the first and in the second list
  size_t only_first = 0, only_second = 0;         // how many have no partner
};

// In the order of `second`. Where a name is there several times, the k-th ones are partners and the
// surplus of the longer list has none.
Matches match_names(const std::vector<std::string_view>& first,
                    const std::vector<std::string_view>& second);

}  // namespace braid
