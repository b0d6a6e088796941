// Filters of rows.
#include "data/feedback/mapping/row_filter.h"

#include <algorithm>

#include "base/error.h"
#include "data/feedback/mapping/scalars.h"

namespace braid {

void RowFilter::add(ObjectReader& object, const std::string& key, bool wanted, RowFilter& filter) {
  const Json* conditions = object.find(key);
  if (conditions == nullptr) return;
  if (!conditions->is_object()) object.error(key, "expected an object {path: values}");
  for (const auto& [path, values] : conditions->items()) {
    Condition condition;
    condition.wanted = wanted;
    try {
      condition.path = FieldPath::parse(path);
    } catch (const Error& error) {
      object.error(key, error.what());
    }
    const Json list = values.is_array() ? values : Json::array({values});
    for (const Json& value : list) {
      const auto text = scalar_text(value);
      if (!text) object.error(key, fmt::format("{}: expected text or numbers", quote(path)));
      condition.values.insert(*text);
    }
    filter.conditions_.push_back(std::move(condition));
  }
}

RowFilter RowFilter::read(ObjectReader& object) {
  RowFilter filter;
  add(object, "keep", true, filter);
  add(object, "skip", false, filter);
  return filter;
}

bool RowFilter::passes(const Scope& scope) const {
  return std::all_of(conditions_.begin(), conditions_.end(), [&](const Condition& condition) {
    std::vector<const Json*> values;
    condition.path.select(scope, values);
    const bool found = std::any_of(values.begin(), values.end(), [&](const Json* value) {
      const auto text = scalar_text(*value);
      return text && condition.values.contains(*text);
    });
    return found == condition.wanted;
  });
}

}  // namespace braid
