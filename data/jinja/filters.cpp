// All filters in one table, sorted by name.
#include "data/jinja/filters.h"

#include <algorithm>
#include <vector>

namespace braid::jinja {
namespace {

std::vector<FilterEntry> sorted_filters() {
  std::vector<FilterEntry> all;
  for (const auto part :
       {text_filters(), number_filters(), sequence_filters(), order_filters(), select_filters()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  std::sort(all.begin(), all.end(),
            [](const FilterEntry& a, const FilterEntry& b) { return a.name < b.name; });
  return all;
}

}  // namespace

Filter find_filter(std::string_view name) {
  static const std::vector<FilterEntry> filters = sorted_filters();
  const auto found = std::lower_bound(
      filters.begin(), filters.end(), name,
      [](const FilterEntry& entry, std::string_view wanted) { return entry.name < wanted; });
  return found != filters.end() && found->name == name ? found->call : nullptr;
}

}  // namespace braid::jinja
