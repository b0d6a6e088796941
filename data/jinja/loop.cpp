#include "data/jinja/loop.h"

#include "data/jinja/compare.h"
#include "data/jinja/problem.h"

namespace braid::jinja {

bool Loop::advance(Value* item) {
  if (!peek()) return false;
  before_ = current_;
  current_ = after_;
  after_ = Value();
  ++index0_;
  *item = current_;
  return true;
}

bool Loop::peek() {
  if (after_.given()) return true;
  Value item;  // an iterator may leave something here even when it has ended
  if (!cursor_.next(&item)) return false;
  after_ = item;
  return true;
}

size_t Loop::length(Runtime& runtime) {
  if (length_ < 0) {
    if (const auto known = length_of(runtime, iterable_)) {
      length_ = static_cast<int64_t>(*known);
    } else {
      std::vector<Value> rest;
      for (Value item; cursor_.next(&item);) rest.push_back(item);
      length_ = index0_ + 1 + static_cast<int64_t>(rest.size()) + (after_.given() ? 1 : 0);
      iterable_ = list_value(runtime, rest);
      cursor_ = Cursor(runtime, iterable_);
    }
  }
  return static_cast<size_t>(length_);
}

Value Loop::neighbour(Runtime& runtime, const Value& item, std::string_view hint) const {
  return item.given() ? item : undefined_value(runtime, Undefined::Reason::kHint, hint);
}

Value Loop::attribute(Runtime& runtime, std::string_view name) {
  if (name == "index") return int_value(index0_ + 1);
  if (name == "index0") return int_value(index0_);
  if (name == "first") return bool_value(index0_ == 0);
  if (name == "last") return bool_value(!peek());
  if (name == "length") return int_value(static_cast<int64_t>(length(runtime)));
  if (name == "revindex") return int_value(static_cast<int64_t>(length(runtime)) - index0_);
  if (name == "revindex0") return int_value(static_cast<int64_t>(length(runtime)) - index0_ - 1);
  if (name == "previtem") return neighbour(runtime, before_, "there is no previous item");
  if (name == "nextitem") {
    peek();
    return neighbour(runtime, after_, "there is no next item");
  }
  if (name == "depth") return int_value(1);  // loops are not recursive
  if (name == "depth0") return int_value(0);
  return {};
}

const Value& Loop::cycle(std::span<const Value> items) const {
  if (items.empty()) problem("loop.cycle needs values to choose from");
  return items[static_cast<size_t>(index0_) % items.size()];
}

bool Loop::changed(Runtime& runtime, std::span<const Value> values) {
  const Value now = tuple_value(runtime, values);
  if (watched_.given() && equals(runtime, watched_, now)) return false;
  watched_ = now;
  return true;
}

}  // namespace braid::jinja
