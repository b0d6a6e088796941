// What somebody who mistyped a key may have meant.
#include <algorithm>
#include <numeric>

#include "trainer/options.h"

namespace braid {
namespace {

// Levenshtein distance.
size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row.back();
}

std::string last_part(const std::string& key) { return key.substr(key.rfind('.') + 1); }

// A third of the letters may be wrong; in short words one.
bool close(size_t distance, const std::string& word) {
  return distance <= std::max<size_t>(1, word.size() / 3);
}

}  // namespace

std::vector<std::string> near_misses(const std::string& key,
                                     const std::vector<std::string>& known) {
  constexpr size_t kAtMost = 3;
  constexpr size_t kLongestKey = 100;  // beyond, it is no slip of the fingers
  if (key.size() > kLongestKey) return {};
  std::vector<std::pair<size_t, std::string>> found;
  for (const std::string& candidate : known) {
    const size_t whole = edit_distance(key, candidate);
    // The group is often left out or confused: "beta", "train.learning_rate".
    const size_t part = edit_distance(last_part(key), last_part(candidate));
    if (close(whole, key)) {
      found.emplace_back(whole, candidate);
    } else if (close(part, last_part(key))) {
      found.emplace_back(part + 1, candidate);
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  if (found.size() > kAtMost) found.resize(kAtMost);
  std::vector<std::string> names;
  for (auto& [distance, name] : found) names.push_back(std::move(name));
  return names;
}

}  // namespace braid
