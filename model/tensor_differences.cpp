// The error for a file whose tensors are not the expected ones.
#include "model/tensor_differences.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"

namespace braid {
namespace {

constexpr size_t kListed = 50;  // names per list: enough to see the pattern in a hostile file too

void append(std::string& message, const char* label, const std::vector<std::string>& names) {
  if (names.empty()) return;
  const size_t shown = std::min(names.size(), kListed);
  message += fmt::format("; {} ({}): {}", label, names.size(),
                         fmt::join(names.data(), names.data() + shown, ", "));
  if (shown < names.size()) message += fmt::format(" and {} more", names.size() - shown);
}

}  // namespace

void TensorDifferences::add_misshapen(const std::string& name, const std::vector<int64_t>& actual,
                                      const std::vector<int64_t>& expected) {
  misshapen.push_back(fmt::format("{} is [{}], expected [{}]", name, fmt::join(actual, ", "),
                                  fmt::join(expected, ", ")));
}

void TensorDifferences::require_none(const std::string& where, const std::string& advice) const {
  std::string lists;
  append(lists, "missing", missing);
  append(lists, "unexpected", unexpected);
  append(lists, "wrong shape", misshapen);
  if (!lists.empty()) {
    fail("{}: tensors do not fit the configuration{}; {}", where, lists, advice);
  }
}

}  // namespace braid
