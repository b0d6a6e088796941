// Filters on lists and dicts.
#include <algorithm>
#include <array>

#include "data/jinja/attributes.h"
#include "data/jinja/dict.h"
#include "data/jinja/filters.h"
#include "data/jinja/iterate.h"
#include "data/jinja/problem.h"
#include "data/jinja/text_operations.h"

namespace braid::jinja {
namespace {

using Name = std::string_view;

Value length(Runtime& runtime, const Value& value, const Arguments& arguments) {
  require_positional("length", arguments, 0, 0);
  const auto known = length_of(runtime, value);
  if (!known) problem("a {} has no length", type_name(value.kind));
  return int_value(static_cast<int64_t>(*known));
}

Value default_value(Runtime& runtime, const Value& value, const Arguments& arguments) {
  const auto [fallback, boolean] =
      bind<2>("default", arguments, {Name("default_value"), "boolean"});
  if (!value.is_undefined() && (!is_true(runtime, boolean) || is_true(runtime, value))) {
    return value;
  }
  return fallback.given() ? fallback : text_value(borrow(runtime.arena, ""));
}

Value first(Runtime& runtime, const Value& value, const Arguments& arguments) {
  require_positional("first", arguments, 0, 0);
  Cursor cursor(runtime, value);
  Value item;
  if (cursor.next(&item)) return item;
  return undefined_value(runtime, Undefined::Reason::kHint, "the first item of nothing");
}

Value last(Runtime& runtime, const Value& value, const Arguments& arguments) {
  require_positional("last", arguments, 0, 0);
  if (value.is_text()) return get_element(runtime, value, int_value(-1));
  if (value.is(Kind::kList) || value.is(Kind::kTuple)) {
    const auto items = value.sequence->items;
    if (!items.empty()) return items.back();
  } else if (const auto backwards = reversed(runtime, value)) {
    Value item;
    if (backwards->iterator->next(runtime, &item)) return item;
  } else {
    problem("the last item of a {} is not known; make a list of it first", type_name(value.kind));
  }
  return undefined_value(runtime, Undefined::Reason::kHint, "the last item of nothing");
}

Value list(Runtime& runtime, const Value& value, const Arguments& arguments) {
  require_positional("list", arguments, 0, 0);
  const bool sequence = value.is(Kind::kList) || value.is(Kind::kTuple);
  return list_value(runtime, items_of(runtime, value), sequence && value.sequence->foreign);
}

Value reverse_items(Runtime& runtime, const Value& value, const Arguments& arguments) {
  require_positional("reverse", arguments, 0, 0);
  if (value.is_text()) return text_value(reverse(runtime, *value.text));
  if (const auto backwards = reversed(runtime, value)) return *backwards;
  std::vector<Value> items = items_of(runtime, value);
  std::reverse(items.begin(), items.end());
  return list_value(runtime, items);
}

Value items(Runtime& runtime, const Value& value, const Arguments& arguments) {
  require_positional("items", arguments, 0, 0);
  if (value.is_undefined()) return iterate_over(runtime, {});
  if (!value.is(Kind::kDict)) problem("items needs a dict, not {}", type_name(value.kind));
  std::vector<Value> pairs;
  for (const Entry& entry : value.dict->entries) {
    pairs.push_back(tuple_value(runtime, std::array{entry.key, entry.value}, value.dict->foreign));
  }
  return iterate_over(runtime, pairs);
}

Value batch(Runtime& runtime, const Value& value, const Arguments& arguments) {
  const auto [linecount, fill_with] =
      bind<2>("batch", arguments, {Name("linecount"), "fill_with"}, 1);
  const int64_t count = require_integer(linecount, "the size of a batch");
  const bool fill = fill_with.given() && !fill_with.is_none();
  std::vector<Value> batches;
  std::vector<Value> current;
  Cursor cursor(runtime, value);
  for (Value item; cursor.next(&item);) {
    if (static_cast<int64_t>(current.size()) == count) {
      batches.push_back(list_value(runtime, current));
      current.clear();
    }
    current.push_back(item);
  }
  if (!current.empty()) {
    while (fill && static_cast<int64_t>(current.size()) < count) {
      runtime.step();
      current.push_back(fill_with);
    }
    batches.push_back(list_value(runtime, current));
  }
  return iterate_over(runtime, batches);
}

Value slices(Runtime& runtime, const Value& value, const Arguments& arguments) {
  const auto [slices, fill_with] = bind<2>("slice", arguments, {Name("slices"), "fill_with"}, 1);
  const int64_t count = require_integer(slices, "the number of slices");
  if (count == 0) problem("slice: the number of slices is zero");
  const std::vector<Value> all = items_of(runtime, value);
  std::vector<Value> result;
  size_t begin = 0;
  for (int64_t i = 0; i < count; ++i) {
    runtime.step();
    const auto total = static_cast<size_t>(count);
    const bool longer = static_cast<size_t>(i) < all.size() % total;
    const size_t size = all.size() / total + (longer ? 1 : 0);
    std::vector<Value> part(all.begin() + static_cast<ptrdiff_t>(begin),
                            all.begin() + static_cast<ptrdiff_t>(begin + size));
    begin += size;
    if (fill_with.given() && !fill_with.is_none() && !longer) part.push_back(fill_with);
    result.push_back(list_value(runtime, part));
  }
  return iterate_over(runtime, result);
}

Value attribute(Runtime& runtime, const Value& value, const Arguments& arguments) {
  const auto [name] = bind<1>("attr", arguments, {Name("name")}, 1);
  const std::string_view bytes = require_text(name, "the name of an attribute").bytes;
  const Value found = find_attribute(runtime, value, bytes);
  if (found.given()) return found;
  return undefined_value(runtime, Undefined::Reason::kAttribute, bytes, value.kind);
}

constexpr FilterEntry kFilters[] = {
    {"attr", attribute},  {"batch", batch},  {"count", length},
    {"d", default_value}, {"first", first},  {"default", default_value},
    {"items", items},     {"last", last},    {"length", length},
    {"list", list},       {"slice", slices}, {"reverse", reverse_items},
};

}  // namespace

std::span<const FilterEntry> sequence_filters() { return kFilters; }

}  // namespace braid::jinja
