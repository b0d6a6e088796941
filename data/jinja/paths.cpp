#include "data/jinja/paths.h"

#include <algorithm>

#include "data/jinja/attributes.h"
#include "data/jinja/number.h"
#include "data/jinja/text_operations.h"
#include "data/jinja/unicode.h"

namespace braid::jinja {
namespace {

bool is_index(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

AttributePath::AttributePath(Runtime& runtime, const Value& attribute) : runtime_(&runtime) {
  if (attribute.is_none()) return;
  if (!attribute.is_text()) {
    parts_.push_back(attribute);
    return;
  }
  for (const Value& part : split(runtime, *attribute.text, *borrow(runtime.arena, "."), -1)) {
    const std::string_view bytes = part.text->bytes;
    parts_.push_back(is_index(bytes) ? int_value(*parse_integer(bytes, 10)) : part);
  }
}

Value AttributePath::get(const Value& item, const Value& fallback) const {
  Value value = item;
  for (const Value& part : parts_) {
    value = get_element(*runtime_, value, part);
    if (value.is_undefined() && fallback.given() && !fallback.is_none()) value = fallback;
  }
  return value;
}

AttributePaths::AttributePaths(Runtime& runtime, const Value& attribute) {
  if (!attribute.is_text()) {
    paths_.emplace_back(runtime, attribute);
    return;
  }
  for (const Value& part : split(runtime, *attribute.text, *borrow(runtime.arena, ","), -1)) {
    paths_.emplace_back(runtime, part);
  }
}

Value AttributePaths::get(Runtime& runtime, const Value& item, bool fold) const {
  std::vector<Value> values;
  for (const AttributePath& path : paths_) {
    const Value value = path.get(item);
    values.push_back(fold ? fold_case(runtime, value) : value);
  }
  return list_value(runtime, values);
}

Value fold_case(Runtime& runtime, const Value& value) {
  return value.is_text() ? text_value(change_case(runtime, *value.text, Case::kLower)) : value;
}

}  // namespace braid::jinja
