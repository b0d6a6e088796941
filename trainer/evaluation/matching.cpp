#include "trainer/evaluation/matching.h"

#include <unordered_map>

namespace braid {

Matches match_names(const std::vector<std::string_view>& first,
                    const std::vector<std::string_view>& second) {
  std::unordered_map<std::string_view, std::vector<size_t>> waiting;  // last places first
  for (size_t i = first.size(); i-- > 0;) waiting[first[i]].push_back(i);
  Matches matches;
  for (size_t i = 0; i < second.size(); ++i) {
    const auto found = waiting.find(second[i]);
    if (found == waiting.end() || found->second.empty()) continue;
    matches.places.emplace_back(found->second.back(), i);
    found->second.pop_back();
  }
  matches.only_first = first.size() - matches.places.size();
  matches.only_second = second.size() - matches.places.size();
  return matches;
}

}  // namespace braid
