// Filters: `value | name(arguments)`.
#pragma once

#include "data/jinja/arguments.h"

namespace braid::jinja {

using Filter = Value (*)(Runtime& runtime, const Value& value, const Arguments& arguments);

struct FilterEntry {
  std::string_view name;
  Filter call;
};

Filter find_filter(std::string_view name);  // null when there is none

// The filters, by what they are for.
std::span<const FilterEntry> text_filters();
std::span<const FilterEntry> number_filters();
std::span<const FilterEntry> sequence_filters();
std::span<const FilterEntry> order_filters();   // sort, unique, min, ...
std::span<const FilterEntry> select_filters();  // map, select, reject, ...

}  // namespace braid::jinja
