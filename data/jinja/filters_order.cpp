// Filters that compare the items of a sequence.
#include <algorithm>
#include <array>

#include "data/jinja/compare.h"
#include "data/jinja/dict.h"
#include "data/jinja/filters.h"
#include "data/jinja/iterate.h"
#include "data/jinja/paths.h"
#include "data/jinja/problem.h"

namespace braid::jinja {
namespace {

using Name = std::string_view;

struct Keyed {
  Value key;
  Value item;
};

// Stable in both directions, as Python's sorted.
void sort_by_key(Runtime& runtime, std::vector<Keyed>& items, bool backwards) {
  std::stable_sort(items.begin(), items.end(), [&](const Keyed& a, const Keyed& b) {
    return backwards ? less(runtime, b.key, a.key) : less(runtime, a.key, b.key);
  });
}

std::vector<Value> items_without_keys(const std::vector<Keyed>& keyed) {
  std::vector<Value> items;
  for (const Keyed& entry : keyed) items.push_back(entry.item);
  return items;
}

Value or_none(const Value& value) { return value.given() ? value : none_value(); }

Value sort(Runtime& runtime, const Value& value, const Arguments& arguments) {
  const auto [reverse, case_sensitive, attribute] =
      bind<3>("sort", arguments, {Name("reverse"), "case_sensitive", "attribute"});
  const AttributePaths paths(runtime, or_none(attribute));
  const bool fold = !is_true(runtime, case_sensitive);
  std::vector<Keyed> keyed;
  for (const Value& item : items_of(runtime, value)) {
    keyed.push_back({paths.get(runtime, item, fold), item});
  }
  sort_by_key(runtime, keyed, is_true(runtime, reverse));
  return list_value(runtime, items_without_keys(keyed));
}

Value dict_sort(Runtime& runtime, const Value& value, const Arguments& arguments) {
  const auto [case_sensitive, by, reverse] =
      bind<3>("dictsort", arguments, {Name("case_sensitive"), "by", "reverse"});
  if (value.is_undefined()) undefined_problem(value);
  if (!value.is(Kind::kDict)) problem("dictsort needs a dict, not {}", type_name(value.kind));
  const std::string_view which =
      by.given() ? require_text(by, "'by' of dictsort").bytes : std::string_view("key");
  if (which != "key" && which != "value") problem("dictsort sorts by key or value");
  const bool fold = !is_true(runtime, case_sensitive);
  std::vector<Keyed> keyed;
  for (const Entry& entry : value.dict->entries) {
    const Value& key = which == "key" ? entry.key : entry.value;
    keyed.push_back(
        {fold ? fold_case(runtime, key) : key,
         tuple_value(runtime, std::array{entry.key, entry.value}, value.dict->foreign)});
  }
  sort_by_key(runtime, keyed, is_true(runtime, reverse));
  return list_value(runtime, items_without_keys(keyed));
}

template <bool smallest>
Value extreme(Runtime& runtime, const Value& value, const Arguments& arguments) {
  const auto [case_sensitive, attribute] =
      bind<2>(smallest ? "min" : "max", arguments, {Name("case_sensitive"), "attribute"});
  const AttributePath path(runtime, or_none(attribute));
  const bool fold = !is_true(runtime, case_sensitive);
  Keyed best;
  Cursor cursor(runtime, value);
  for (Value item; cursor.next(&item);) {
    const Value key = fold ? fold_case(runtime, path.get(item)) : path.get(item);
    if (!best.item.given() ||
        (smallest ? less(runtime, key, best.key) : less(runtime, best.key, key))) {
      best = {key, item};
    }
  }
  if (best.item.given()) return best.item;
  return undefined_value(runtime, Undefined::Reason::kHint, "the smallest or largest of nothing");
}

Value unique(Runtime& runtime, const Value& value, const Arguments& arguments) {
  const auto [case_sensitive, attribute] =
      bind<2>("unique", arguments, {Name("case_sensitive"), "attribute"});
  const AttributePath path(runtime, or_none(attribute));
  const bool fold = !is_true(runtime, case_sensitive);
  DictBuilder seen(runtime);
  std::vector<Value> items;
  Cursor cursor(runtime, value);
  for (Value item; cursor.next(&item);) {
    const Value key = path.get(item);
    if (seen.set(fold ? fold_case(runtime, key) : key, none_value())) items.push_back(item);
  }
  return iterate_over(runtime, items);
}

Value group(Runtime& runtime, const Value& key, const std::vector<Value>& items) {
  Value value;
  value.kind = Kind::kTuple;
  Value* parts = runtime.arena.array<Value>(2);
  parts[0] = key;
  parts[1] = list_value(runtime, items);
  value.sequence = runtime.arena.make<Sequence>(Sequence{{parts, 2}, false, true});
  return value;
}

Value group_by(Runtime& runtime, const Value& value, const Arguments& arguments) {
  const auto [attribute, fallback, case_sensitive] =
      bind<3>("groupby", arguments, {Name("attribute"), "default", "case_sensitive"}, 1);
  const AttributePath path(runtime, attribute);
  const bool fold = !is_true(runtime, case_sensitive);
  std::vector<Keyed> keyed;
  for (const Value& item : items_of(runtime, value)) {
    const Value key = path.get(item, fallback);
    keyed.push_back({fold ? fold_case(runtime, key) : key, item});
  }
  sort_by_key(runtime, keyed, false);
  std::vector<Value> groups;
  for (size_t begin = 0; begin < keyed.size();) {
    std::vector<Value> members;
    size_t end = begin;
    while (end < keyed.size() && equals(runtime, keyed[end].key, keyed[begin].key)) {
      members.push_back(keyed[end++].item);
    }
    groups.push_back(group(runtime, path.get(keyed[begin].item, fallback), members));
    begin = end;
  }
  return list_value(runtime, groups);
}

constexpr FilterEntry kFilters[] = {
    {"sort", sort},          {"dictsort", dict_sort}, {"min", extreme<true>},
    {"max", extreme<false>}, {"unique", unique},      {"groupby", group_by},
};

}  // namespace

std::span<const FilterEntry> order_filters() { return kFilters; }

}  // namespace braid::jinja
