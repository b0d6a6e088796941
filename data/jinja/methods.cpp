// Which methods there are, and those of containers.
#include "data/jinja/methods.h"

#include <algorithm>
#include <array>

#include "data/jinja/compare.h"
#include "data/jinja/iterate.h"
#include "data/jinja/loop.h"
#include "data/jinja/problem.h"

namespace braid::jinja {
namespace {

Value view_of(Runtime& runtime, const Value& self, View::Part part) {
  Value value;
  value.kind = Kind::kView;
  value.view = runtime.arena.make<View>(View{self.dict, part});
  return value;
}

Value dict_items(Runtime& runtime, const Value& self, const Arguments& arguments) {
  require_positional("items", arguments, 0, 0);
  return view_of(runtime, self, View::Part::kItems);
}

Value dict_keys(Runtime& runtime, const Value& self, const Arguments& arguments) {
  require_positional("keys", arguments, 0, 0);
  return view_of(runtime, self, View::Part::kKeys);
}

Value dict_values(Runtime& runtime, const Value& self, const Arguments& arguments) {
  require_positional("values", arguments, 0, 0);
  return view_of(runtime, self, View::Part::kValues);
}

Value dict_get(Runtime& runtime, const Value& self, const Arguments& arguments) {
  require_positional("get", arguments, 1, 2);
  const Value* found = find(runtime, *self.dict, arguments.positional[0]);
  if (found) return *found;
  return arguments.positional.size() == 2 ? arguments.positional[1] : none_value();
}

Value dict_copy(Runtime&, const Value& self, const Arguments& arguments) {
  require_positional("copy", arguments, 0, 0);
  return self;
}

Value sequence_count(Runtime& runtime, const Value& self, const Arguments& arguments) {
  require_positional("count", arguments, 1, 1);
  int64_t count = 0;
  Cursor cursor(runtime, self);
  for (Value item; cursor.next(&item);) {
    if (equals(runtime, item, arguments.positional[0])) ++count;
  }
  return int_value(count);
}

// A position as Python clamps it.
size_t position(const Arguments& arguments, size_t index, size_t fallback, size_t length) {
  if (arguments.positional.size() <= index) return fallback;
  int64_t at = require_integer(arguments.positional[index], "a position");
  const auto size = static_cast<int64_t>(length);
  if (at < 0) at = at < -size ? 0 : at + size;
  return static_cast<size_t>(std::min(at, size));
}

Value sequence_index(Runtime& runtime, const Value& self, const Arguments& arguments) {
  require_positional("index", arguments, 1, 3);
  const std::vector<Value> items = items_of(runtime, self);
  const size_t end = position(arguments, 2, items.size(), items.size());
  for (size_t i = position(arguments, 1, 0, items.size()); i < end; ++i) {
    if (equals(runtime, items[i], arguments.positional[0])) {
      return int_value(static_cast<int64_t>(i));
    }
  }
  problem("index: the value is not in the {}", type_name(self.kind));
}

Value list_copy(Runtime&, const Value& self, const Arguments& arguments) {
  require_positional("copy", arguments, 0, 0);
  return self;
}

Value loop_cycle(Runtime&, const Value& self, const Arguments& arguments) {
  require_positional("loop.cycle", arguments, 0, arguments.positional.size());
  return self.loop->cycle(arguments.positional);
}

Value loop_changed(Runtime& runtime, const Value& self, const Arguments& arguments) {
  require_positional("loop.changed", arguments, 0, arguments.positional.size());
  return bool_value(self.loop->changed(runtime, arguments.positional));
}

Value cycler_next(Runtime&, const Value& self, const Arguments& arguments) {
  require_positional("next", arguments, 0, 0);
  Cycler& cycler = *self.cycler;
  const Value& item = cycler.items[cycler.at];
  cycler.at = (cycler.at + 1) % cycler.items.size();
  return item;
}

Value cycler_reset(Runtime&, const Value& self, const Arguments& arguments) {
  require_positional("reset", arguments, 0, 0);
  self.cycler->at = 0;
  return none_value();
}

constexpr MethodEntry kDict[] = {{"items", dict_items},
                                 {"keys", dict_keys},
                                 {"values", dict_values},
                                 {"get", dict_get},
                                 {"copy", dict_copy}};
constexpr MethodEntry kList[] = {
    {"count", sequence_count}, {"index", sequence_index}, {"copy", list_copy}};
constexpr MethodEntry kTuple[] = {{"count", sequence_count}, {"index", sequence_index}};
constexpr MethodEntry kLoop[] = {{"cycle", loop_cycle}, {"changed", loop_changed}};
constexpr MethodEntry kCycler[] = {{"next", cycler_next}, {"reset", cycler_reset}};

constexpr std::string_view kDictBlocked[] = {"clear", "pop", "popitem", "setdefault", "update"};
constexpr std::string_view kListBlocked[] = {"append", "clear",  "extend",  "insert",
                                             "pop",    "remove", "reverse", "sort"};
constexpr std::string_view kDictUnsupported[] = {"fromkeys"};
constexpr std::string_view kStringUnsupported[] = {"encode",     "casefold",     "expandtabs",
                                                   "format_map", "isidentifier", "isnumeric",
                                                   "maketrans",  "translate"};
constexpr std::string_view kNumberUnsupported[] = {
    "real",       "imag",       "numerator",       "denominator", "conjugate",
    "bit_length", "bit_count",  "to_bytes",        "from_bytes",  "hex",
    "fromhex",    "is_integer", "as_integer_ratio"};

MethodLookup search(std::span<const MethodEntry> entries, std::string_view name) {
  for (const MethodEntry& entry : entries) {
    if (entry.name == name) return {MethodState::kAvailable, &entry};
  }
  return {};
}

MethodLookup search(std::span<const std::string_view> names, MethodState state,
                    std::string_view name) {
  const bool found = std::find(names.begin(), names.end(), name) != names.end();
  return {found ? state : MethodState::kNone, nullptr};
}

template <typename... Lookups>
MethodLookup first_of(const Lookups&... lookups) {
  for (const MethodLookup& lookup : {lookups...}) {
    if (lookup.state != MethodState::kNone) return lookup;
  }
  return {};
}

}  // namespace

MethodLookup find_method(Kind kind, std::string_view name) {
  switch (kind) {
    case Kind::kString:
      return first_of(search(string_methods(), name), search(string_class_methods(), name),
                      search(kStringUnsupported, MethodState::kUnsupported, name));
    case Kind::kDict:
      return first_of(search(kDict, name), search(kDictBlocked, MethodState::kBlocked, name),
                      search(kDictUnsupported, MethodState::kUnsupported, name));
    case Kind::kList:
      return first_of(search(kList, name), search(kListBlocked, MethodState::kBlocked, name));
    case Kind::kTuple:
    case Kind::kRange:
      return search(kTuple, name);
    case Kind::kLoop:
      return search(kLoop, name);
    case Kind::kCycler:
      return search(kCycler, name);
    case Kind::kInt:
    case Kind::kBool:
    case Kind::kFloat:
      return search(kNumberUnsupported, MethodState::kUnsupported, name);
    default:
      return {};
  }
}

}  // namespace braid::jinja
