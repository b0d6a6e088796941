// How the tensors of a file differ from those that were expected, gathered for one error.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace braid {

struct TensorDifferences {
  std::vector<std::string> missing, unexpected, misshapen;

  void add_misshapen(const std::string& name, const std::vector<int64_t>& actual,
                     const std::vector<int64_t>& expected);

  // Error that lists them all, ending with `advice`; nothing when there are none.
  void require_none(const std::string& where, const std::string& advice) const;
};

}  // namespace braid
