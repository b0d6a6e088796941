// Filters that apply another filter or a test to every item. They give iterators, as in Jinja:
// nothing is computed before the items are asked for.
#include <algorithm>

#include "data/jinja/filters.h"
#include "data/jinja/iterate.h"
#include "data/jinja/paths.h"
#include "data/jinja/problem.h"
#include "data/jinja/tests.h"

namespace braid::jinja {
namespace {

// Arguments that outlive the call they came with.
Arguments keep(Runtime& runtime, const Arguments& arguments) {
  Value* positional = runtime.arena.array<Value>(arguments.positional.size());
  std::copy(arguments.positional.begin(), arguments.positional.end(), positional);
  Keyword* keywords = runtime.arena.array<Keyword>(arguments.keywords.size());
  std::copy(arguments.keywords.begin(), arguments.keywords.end(), keywords);
  return {{positional, arguments.positional.size()}, {keywords, arguments.keywords.size()}};
}

Arguments without_first(const Arguments& arguments, size_t count) {
  return {arguments.positional.subspan(count), arguments.keywords};
}

class FilteredItems final : public Iterator {
 public:
  FilteredItems(const Cursor& source, Filter filter, const Arguments& arguments)
      : source_(source), filter_(filter), arguments_(arguments) {}

  bool next(Runtime& runtime, Value* item) override {
    Value source;
    if (!source_.next(&source)) return false;
    *item = filter_(runtime, source, arguments_);
    return true;
  }

 private:
  Cursor source_;
  Filter filter_;
  Arguments arguments_;
};

class Attributes final : public Iterator {
 public:
  Attributes(const Cursor& source, const Value& attribute, const Value& fallback)
      : source_(source), attribute_(attribute), fallback_(fallback) {}

  bool next(Runtime& runtime, Value* item) override {
    Value source;
    if (!source_.next(&source)) return false;
    *item = AttributePath(runtime, attribute_).get(source, fallback_);
    return true;
  }

 private:
  Cursor source_;
  Value attribute_;
  Value fallback_;
};

Value map(Runtime& runtime, const Value& value, const Arguments& arguments) {
  if (!is_true(runtime, value)) return iterate_over(runtime, {});
  const Cursor source(runtime, value);
  if (arguments.positional.empty()) {
    const auto [attribute, fallback] =
        bind<2>("map", arguments, {std::string_view("attribute"), "default"});
    if (!attribute.given()) problem("map needs the name of a filter or an attribute");
    return iterator_value(runtime.arena.make<Attributes>(source, attribute, fallback));
  }
  const std::string_view name = require_text(arguments.positional[0], "the filter of map").bytes;
  const Filter filter = find_filter(name);
  if (!filter) problem("map: the filter '{}' is not supported", name);
  return iterator_value(runtime.arena.make<FilteredItems>(
      source, filter, keep(runtime, without_first(arguments, 1))));
}

class SelectedItems final : public Iterator {
 public:
  SelectedItems(const Cursor& source, const Value& attribute, Test test, bool wanted,
                const Arguments& arguments)
      : source_(source),
        attribute_(attribute),
        test_(test),
        wanted_(wanted),
        arguments_(arguments) {}

  bool next(Runtime& runtime, Value* item) override {
    while (source_.next(item)) {
      const Value subject =
          attribute_.given() ? AttributePath(runtime, attribute_).get(*item) : *item;
      const bool holds = test_ ? test_(runtime, subject, arguments_) : is_true(runtime, subject);
      if (holds == wanted_) return true;
    }
    return false;
  }

 private:
  Cursor source_;
  Value attribute_;
  Test test_;
  bool wanted_;
  Arguments arguments_;
};

template <bool by_attribute, bool wanted>
Value select(Runtime& runtime, const Value& value, const Arguments& arguments) {
  if (!is_true(runtime, value)) return iterate_over(runtime, {});
  Arguments rest = arguments;
  Value attribute;
  if (by_attribute) {
    if (rest.positional.empty()) problem("selectattr and rejectattr need an attribute");
    attribute = rest.positional[0];
    rest = without_first(rest, 1);
  }
  Test test = nullptr;
  if (!rest.positional.empty()) {
    const std::string_view name = require_text(rest.positional[0], "the name of a test").bytes;
    test = find_test(name);
    if (!test) problem("the test '{}' is not supported", name);
    rest = without_first(rest, 1);
  }
  return iterator_value(runtime.arena.make<SelectedItems>(Cursor(runtime, value), attribute, test,
                                                          wanted, keep(runtime, rest)));
}

constexpr FilterEntry kFilters[] = {
    {"map", map},
    {"select", select<false, true>},
    {"reject", select<false, false>},
    {"selectattr", select<true, true>},
    {"rejectattr", select<true, false>},
};

}  // namespace

std::span<const FilterEntry> select_filters() { return kFilters; }

}  // namespace braid::jinja
