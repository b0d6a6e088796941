// Going through values.
#pragma once

#include <optional>
#include <vector>

#include "data/jinja/value.h"

namespace braid::jinja {

// Gives the items of a value, one after the other: characters of a string, keys of a dict.
class Cursor {
 public:
  // Problem when the value cannot be gone through.
  Cursor(Runtime& runtime, const Value& iterable);
  bool next(Value* item);  // false at the end

 private:
  Runtime* runtime_;
  Value source_;
  size_t at_ = 0;  // byte of a string, else index
};

bool is_iterable(const Value& value);
std::optional<size_t> length_of(Runtime& runtime, const Value& value);  // of what has a length
std::vector<Value> items_of(Runtime& runtime, const Value& iterable);
Value item_of_range(const Range& range, size_t index);
Value item_of_view(Runtime& runtime, const View& view, size_t index);

// An iterator over `items`, which are copied.
Value iterate_over(Runtime& runtime, std::span<const Value> items);

// What `reversed` gives; nothing for what cannot be reversed without going through it first.
std::optional<Value> reversed(Runtime& runtime, const Value& value);

}  // namespace braid::jinja
