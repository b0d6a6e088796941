// The `attribute` argument of filters: "name", "a.b.0", or an index.
#pragma once

#include <vector>

#include "data/jinja/value.h"

namespace braid::jinja {

class AttributePath {
 public:
  // None: the item itself. Parts that are numbers are indices.
  AttributePath(Runtime& runtime, const Value& attribute);

  // The element of `item`; each undefined step becomes `fallback` when that is given.
  Value get(const Value& item, const Value& fallback = {}) const;

 private:
  Runtime* runtime_;
  std::vector<Value> parts_;
};

// A path, or several with commas between them.
class AttributePaths {
 public:
  AttributePaths(Runtime& runtime, const Value& attribute);
  // The elements as a list, strings in lower case when `fold_case`.
  Value get(Runtime& runtime, const Value& item, bool fold_case) const;

 private:
  std::vector<AttributePath> paths_;
};

// A string in lower case; anything else as it is.
Value fold_case(Runtime& runtime, const Value& value);

}  // namespace braid::jinja
