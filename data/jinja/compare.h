// Equality, order, membership and hashes of values, as in Python.
#pragma once

#include "data/jinja/value.h"

namespace braid::jinja {

enum class Comparison : uint8_t { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };

bool equals(Runtime& runtime, const Value& a, const Value& b);
// Problem for an order between types that have none.
bool compare(Runtime& runtime, Comparison comparison, const Value& a, const Value& b);
inline bool less(Runtime& runtime, const Value& a, const Value& b) {
  return compare(runtime, Comparison::kLess, a, b);
}
bool contains(Runtime& runtime, const Value& container, const Value& item);  // item in container

// Equal values have equal hashes.
size_t hash(Runtime& runtime, const Value& value);
size_t hash_text(std::string_view bytes);
// Problem when the value holds a list or dict and cannot be a key.
void require_hashable(Runtime& runtime, const Value& value);
bool is_hashable(Runtime& runtime, const Value& value);

}  // namespace braid::jinja
