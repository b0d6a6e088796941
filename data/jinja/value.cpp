#include "data/jinja/value.h"

#include <algorithm>

#include "data/jinja/dict.h"
#include "data/jinja/iterate.h"
#include "data/jinja/problem.h"

namespace braid::jinja {
namespace {

const Sequence* make_sequence(Runtime& runtime, std::span<const Value> items, bool foreign) {
  Value* copy = runtime.arena.array<Value>(items.size());
  std::copy(items.begin(), items.end(), copy);
  return runtime.arena.make<Sequence>(Sequence{{copy, items.size()}, foreign});
}

}  // namespace

Value list_value(Runtime& runtime, std::span<const Value> items, bool foreign) {
  Value value;
  value.kind = Kind::kList;
  value.sequence = make_sequence(runtime, items, foreign);
  return value;
}

Value tuple_value(Runtime& runtime, std::span<const Value> items, bool foreign) {
  Value value;
  value.kind = Kind::kTuple;
  value.sequence = make_sequence(runtime, items, foreign);
  return value;
}

Value range_value(Runtime& runtime, int64_t start, int64_t stop, int64_t step) {
  // In unsigned arithmetic, where the distance of any two integers fits.
  const uint64_t first = static_cast<uint64_t>(start);
  const uint64_t distance =
      step > 0 ? static_cast<uint64_t>(stop) - first : first - static_cast<uint64_t>(stop);
  const uint64_t stride = step > 0 ? static_cast<uint64_t>(step) : -static_cast<uint64_t>(step);
  const bool empty = step > 0 ? start >= stop : start <= stop;
  Value value;
  value.kind = Kind::kRange;
  value.range =
      runtime.arena.make<Range>(Range{start, step, empty ? 0 : (distance - 1) / stride + 1, stop});
  return value;
}

Value undefined_value(Runtime& runtime, Undefined::Reason reason, std::string_view name,
                      Kind object) {
  Value value;
  value.kind = Kind::kUndefined;
  value.undefined = runtime.arena.make<Undefined>(Undefined{reason, object, name});
  return value;
}

std::string_view type_name(Kind kind) {
  constexpr std::string_view kNames[] = {
      "nothing", "Undefined", "NoneType", "bool",      "int",    "float",     "str",
      "list",    "tuple",     "dict",     "dict view", "range",  "generator", "namespace",
      "loop",    "macro",     "function", "method",    "cycler", "joiner"};
  return kNames[static_cast<size_t>(kind)];
}

void undefined_problem(const Value& value) {
  const Undefined& undefined = *value.undefined;
  switch (undefined.reason) {
    case Undefined::Reason::kName:
      problem("'{}' is undefined", undefined.name);
    case Undefined::Reason::kAttribute:
      problem("a {} has no attribute or key '{}'", type_name(undefined.object), undefined.name);
    case Undefined::Reason::kElement:
      problem("a {} has no such element", type_name(undefined.object));
    case Undefined::Reason::kUnsafe:
      problem("'{}' of a {} is not open to templates: it would change the value or look inside",
              undefined.name, type_name(undefined.object));
    case Undefined::Reason::kHint:
      problem("{}", undefined.name);
  }
  problem("a value is undefined");
}

bool is_true(Runtime& runtime, const Value& value) {
  switch (value.kind) {
    case Kind::kMissing:
    case Kind::kUndefined:
    case Kind::kNone:
      return false;
    case Kind::kBool:
      return value.boolean;
    case Kind::kInt:
      return value.integer != 0;
    case Kind::kFloat:
      return value.number != 0;
    case Kind::kString:
      return !value.text->bytes.empty();
    case Kind::kIterator:
      return true;
    default:
      return length_of(runtime, value).value_or(1) != 0;
  }
}

bool is_integer(const Value& value) { return value.is(Kind::kInt) || value.is(Kind::kBool); }

int64_t to_integer(const Value& value) {
  return value.is(Kind::kBool) ? int64_t{value.boolean} : value.integer;
}

int64_t require_integer(const Value& value, std::string_view what) {
  if (value.is_undefined()) undefined_problem(value);
  if (!is_integer(value)) problem("{} must be an integer, not {}", what, type_name(value.kind));
  return to_integer(value);
}

const Text& require_text(const Value& value, std::string_view what) {
  if (value.is_undefined()) undefined_problem(value);
  if (!value.is_text()) problem("{} must be a string, not {}", what, type_name(value.kind));
  return *value.text;
}

}  // namespace braid::jinja
