#include "data/jinja/compare.h"

#include <algorithm>
#include <cmath>
#include <compare>
#include <functional>

#include "data/jinja/dict.h"
#include "data/jinja/iterate.h"
#include "data/jinja/number.h"
#include "data/jinja/problem.h"
#include "data/jinja/text_operations.h"

namespace braid::jinja {
namespace {

bool is_sequence(const Value& value) { return value.is(Kind::kList) || value.is(Kind::kTuple); }

bool equal_dicts(Runtime& runtime, const Dict& a, const Dict& b) {
  if (a.entries.size() != b.entries.size()) return false;
  return std::all_of(a.entries.begin(), a.entries.end(), [&](const Entry& entry) {
    const Value* other = find(runtime, b, entry.key);
    return other && equals(runtime, entry.value, *other);
  });
}

bool equal_items(Runtime& runtime, std::span<const Value> a, std::span<const Value> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](const Value& x, const Value& y) { return equals(runtime, x, y); });
}

bool equal_ranges(const Range& a, const Range& b) {
  if (a.count != b.count) return false;
  return a.count == 0 || (a.start == b.start && (a.count == 1 || a.step == b.step));
}

template <typename T>
bool holds(Comparison comparison, const T& order) {
  switch (comparison) {
    case Comparison::kEqual:
      return order == 0;
    case Comparison::kNotEqual:
      return order != 0;
    case Comparison::kLess:
      return order < 0;
    case Comparison::kLessEqual:
      return order <= 0;
    case Comparison::kGreater:
      return order > 0;
    case Comparison::kGreaterEqual:
      return order >= 0;
  }
  return false;
}

std::string_view sign_of(Comparison comparison) {
  constexpr std::string_view kSigns[] = {"==", "!=", "<", "<=", ">", ">="};
  return kSigns[static_cast<size_t>(comparison)];
}

bool compare_sequences(Runtime& runtime, Comparison comparison, std::span<const Value> a,
                       std::span<const Value> b) {
  const size_t common = std::min(a.size(), b.size());
  for (size_t i = 0; i < common; ++i) {
    if (!equals(runtime, a[i], b[i])) return compare(runtime, comparison, a[i], b[i]);
  }
  return holds(comparison, a.size() <=> b.size());
}

}  // namespace

bool equals(Runtime& runtime, const Value& a, const Value& b) {
  if (is_number(a) && is_number(b)) return compare_numbers(a, b) == 0;
  if (a.kind != b.kind) return false;
  const Level level(runtime);
  runtime.step();
  switch (a.kind) {
    case Kind::kString:
      if (a.text->bytes.size() == b.text->bytes.size()) runtime.work(a.text->bytes.size());
      return a.text->bytes == b.text->bytes;
    case Kind::kList:
    case Kind::kTuple:
      return a.sequence == b.sequence || equal_items(runtime, a.sequence->items, b.sequence->items);
    case Kind::kDict:
      return a.dict == b.dict || equal_dicts(runtime, *a.dict, *b.dict);
    case Kind::kRange:
      return equal_ranges(*a.range, *b.range);
    case Kind::kUndefined:
    case Kind::kNone:
      return true;
    default:  // identity; all of them are pointers
      return a.text == b.text;
  }
}

bool compare(Runtime& runtime, Comparison comparison, const Value& a, const Value& b) {
  if (comparison == Comparison::kEqual) return equals(runtime, a, b);
  if (comparison == Comparison::kNotEqual) return !equals(runtime, a, b);
  const Level level(runtime);
  runtime.step();
  if (is_number(a) && is_number(b)) return holds(comparison, compare_numbers(a, b));
  if (a.is_text() && b.is_text()) {
    // The order of UTF-8 bytes is that of the characters.
    runtime.work(std::min(a.text->bytes.size(), b.text->bytes.size()));
    return holds(comparison, a.text->bytes.compare(b.text->bytes) <=> 0);
  }
  if (a.kind == b.kind && is_sequence(a)) {
    return compare_sequences(runtime, comparison, a.sequence->items, b.sequence->items);
  }
  if (a.is_undefined()) undefined_problem(a);
  if (b.is_undefined()) undefined_problem(b);
  problem("'{}' is not supported between {} and {}", sign_of(comparison), type_name(a.kind),
          type_name(b.kind));
}

bool contains(Runtime& runtime, const Value& container, const Value& item) {
  switch (container.kind) {
    case Kind::kString:
      if (item.is_undefined()) undefined_problem(item);
      if (!item.is_text()) {
        problem("'in' a string needs a string on the left, not {}", type_name(item.kind));
      }
      return find_text(runtime, container.text->bytes, item.text->bytes, 0) !=
             std::string_view::npos;
    case Kind::kDict:
      return find(runtime, *container.dict, item) != nullptr;
    case Kind::kView:
      if (container.view->part == View::Part::kKeys) {
        return find(runtime, *container.view->dict, item) != nullptr;
      }
      break;
    default:
      break;
  }
  Cursor cursor(runtime, container);
  Value candidate;
  while (cursor.next(&candidate)) {
    if (equals(runtime, candidate, item)) return true;
  }
  return false;
}

size_t hash_text(std::string_view bytes) { return std::hash<std::string_view>{}(bytes); }

size_t hash(Runtime& runtime, const Value& value) {
  const Level level(runtime);
  switch (value.kind) {
    case Kind::kBool:
    case Kind::kInt:
      return std::hash<int64_t>{}(to_integer(value));
    case Kind::kFloat:
      // A float equal to an integer is the same key.
      if (std::abs(value.number) < 9e18 && std::floor(value.number) == value.number) {
        return std::hash<int64_t>{}(static_cast<int64_t>(value.number));
      }
      return std::hash<double>{}(value.number);
    case Kind::kString:
      runtime.work(value.text->bytes.size());
      return hash_text(value.text->bytes);
    case Kind::kTuple: {
      size_t result = value.sequence->items.size();
      for (const Value& item : value.sequence->items) {
        result = result * 1000003 ^ hash(runtime, item);
      }
      return result;
    }
    case Kind::kRange:
      return value.range->count;
    case Kind::kUndefined:
    case Kind::kNone:
      return static_cast<size_t>(value.kind);
    default:
      return std::hash<const void*>{}(value.text);
  }
}

bool is_hashable(Runtime& runtime, const Value& value) {
  const Level level(runtime);
  if (value.is(Kind::kTuple)) {
    const auto items = value.sequence->items;
    return std::all_of(items.begin(), items.end(),
                       [&](const Value& item) { return is_hashable(runtime, item); });
  }
  return !value.is(Kind::kList) && !value.is(Kind::kDict) && !value.is(Kind::kView);
}

void require_hashable(Runtime& runtime, const Value& value) {
  if (value.is_text()) return;
  if (!is_hashable(runtime, value)) {
    problem("a {} cannot be a key of a dict", type_name(value.kind));
  }
}

}  // namespace braid::jinja
