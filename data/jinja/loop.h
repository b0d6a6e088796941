// The special variable `loop`: where a for loop stands.
#pragma once

#include <span>

#include "data/jinja/iterate.h"

namespace braid::jinja {

class Loop {
 public:
  Loop(Runtime& runtime, const Value& iterable) : iterable_(iterable), cursor_(runtime, iterable) {}

  // The next round; false when there is none.
  bool advance(Value* item);

  int64_t index0() const { return index0_; }
  // Goes through the rest when the iterable has no length of its own, as do `revindex` and
  // `length`; `last` and `nextitem` look one item ahead.
  size_t length(Runtime& runtime);

  // Missing when there is no such attribute.
  Value attribute(Runtime& runtime, std::string_view name);
  const Value& cycle(std::span<const Value> items) const;
  bool changed(Runtime& runtime, std::span<const Value> values);

 private:
  bool peek();  // whether another item follows
  Value neighbour(Runtime& runtime, const Value& item, std::string_view hint) const;

  Value iterable_;
  Cursor cursor_;
  Value current_;
  Value before_;
  Value after_;  // looked at, but not yet given
  Value watched_;
  int64_t index0_ = -1;
  int64_t length_ = -1;  // not known yet
};

}  // namespace braid::jinja
