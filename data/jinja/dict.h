// Mappings that keep the order of insertion.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "data/jinja/value.h"

namespace braid::jinja {

struct Entry {
  Value key;
  Value value;
};

// Immutable. `slots` is an open-addressing table of indices plus one (0: free) with a power of two
// of places, or empty for small dicts, which are searched in order.
struct Dict {
  std::span<const Entry> entries;
  std::span<const uint32_t> slots;
  bool foreign = false;  // given from outside: see Sequence
};

const Value* find(Runtime& runtime, const Dict& dict, const Value& key);  // null when absent
const Value* find(const Dict& dict, std::string_view key);

// Collects entries; a key that is there already gets the new value and keeps its place.
class DictBuilder {
 public:
  explicit DictBuilder(Runtime& runtime) : runtime_(runtime) {}

  bool set(const Value& key, const Value& value);  // whether the key is new
  void set_all(const Dict& dict);
  size_t size() const { return entries_.size(); }
  const Dict* finish(bool foreign = false);

 private:
  void rebuild(size_t places);

  Runtime& runtime_;
  std::vector<Entry> entries_;
  std::vector<uint32_t> slots_;
};

}  // namespace braid::jinja
