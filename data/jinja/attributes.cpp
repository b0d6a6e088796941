#include "data/jinja/attributes.h"

#include <algorithm>

#include "data/jinja/ast.h"
#include "data/jinja/compare.h"
#include "data/jinja/dict.h"
#include "data/jinja/iterate.h"
#include "data/jinja/loop.h"
#include "data/jinja/methods.h"
#include "data/jinja/problem.h"
#include "data/jinja/unicode.h"

namespace braid::jinja {
namespace {

Value method_value(Runtime& runtime, const Value& object, const MethodEntry* entry) {
  Value value;
  value.kind = Kind::kMethod;
  value.method = runtime.arena.make<BoundMethod>(BoundMethod{object, entry});
  return value;
}

// Names like __class__, which every Python object has.
bool is_internal(std::string_view name) {
  return name.size() > 4 && name.starts_with("__") && name.ends_with("__");
}

Value macro_attribute(Runtime& runtime, const Macro& macro, std::string_view name) {
  if (name == "name") return text_value(borrow(runtime.arena, macro.definition->name));
  return {};
}

Value own_attribute(Runtime& runtime, const Value& object, std::string_view name) {
  switch (object.kind) {
    case Kind::kNamespace: {
      const Value* found = find(runtime, *object.space, name);
      return found ? *found : Value();
    }
    case Kind::kLoop:
      return object.loop->attribute(runtime, name);
    case Kind::kMacro:
      return macro_attribute(runtime, *object.macro, name);
    case Kind::kCycler:
      return name == "current" ? object.cycler->items[object.cycler->at] : Value();
    case Kind::kTuple:
      if (object.sequence->group && name == "grouper") return object.sequence->items[0];
      if (object.sequence->group && name == "list") return object.sequence->items[1];
      return {};
    default:
      return {};
  }
}

// The element at an integer index; missing when out of range.
Value element_at(Runtime& runtime, const Value& object, int64_t index) {
  const auto length = static_cast<int64_t>(*length_of(runtime, object));
  if (index < 0) index += length;
  if (index < 0 || index >= length) return {};
  const auto at = static_cast<size_t>(index);
  if (object.is(Kind::kRange)) return item_of_range(*object.range, at);
  if (!object.is_text()) return object.sequence->items[at];
  const std::string_view bytes = object.text->bytes;
  const bool ascii = static_cast<size_t>(length) == bytes.size();
  const size_t begin = ascii ? at : offset_of(bytes, at);
  const size_t end = begin + decode(bytes, begin).length;
  return text_value(substring(runtime.arena, *object.text, begin, end));
}

// object[index] in Python; missing where that fails.
Value find_element(Runtime& runtime, const Value& object, const Value& index) {
  switch (object.kind) {
    case Kind::kUndefined:
      undefined_problem(object);
    case Kind::kDict: {
      if (!is_hashable(runtime, index)) return {};
      const Value* found = find(runtime, *object.dict, index);
      return found ? *found : Value();
    }
    case Kind::kString:
    case Kind::kList:
    case Kind::kTuple:
    case Kind::kRange:
      return is_integer(index) ? element_at(runtime, object, to_integer(index)) : Value();
    default:
      return {};
  }
}

struct Bounds {
  int64_t start = 0;
  int64_t step = 1;
  size_t count = 0;
};

int64_t bound(const Value& value, int64_t fallback, int64_t length, int64_t low, int64_t high) {
  if (value.is_none()) return fallback;
  int64_t index = require_integer(value, "a slice bound");
  if (index < 0) index = index < -length ? low : index + length;
  return std::clamp(index, low, high);
}

Bounds resolve(int64_t length, const Value& start, const Value& stop, const Value& step) {
  Bounds bounds;
  if (!step.is_none()) bounds.step = require_integer(step, "a slice step");
  if (bounds.step == 0) problem("a slice step cannot be zero");
  const bool forward = bounds.step > 0;
  const int64_t low = forward ? 0 : -1;
  const int64_t high = forward ? length : length - 1;
  bounds.start = bound(start, forward ? 0 : high, length, low, high);
  const int64_t end = bound(stop, forward ? length : low, length, low, high);
  // A step beyond the length is as good as the length itself, and cannot overflow.
  bounds.step = std::clamp(bounds.step, -length - 1, length + 1);
  const int64_t distance = forward ? end - bounds.start : bounds.start - end;
  if (distance > 0) {
    const int64_t stride = forward ? bounds.step : -bounds.step;
    bounds.count = static_cast<size_t>((distance - 1) / stride + 1);
  }
  return bounds;
}

const Text* slice_text(Runtime& runtime, const Text& text, int64_t length, const Bounds& bounds) {
  const std::string_view bytes = text.bytes;
  const bool ascii = static_cast<size_t>(length) == bytes.size();
  const auto offset = [&](int64_t index) {
    const auto at = static_cast<size_t>(index);
    return ascii ? at : offset_of(bytes, at);
  };
  if (bounds.count == 0) return substring(runtime.arena, text, 0, 0);
  if (bounds.step == 1) {
    const size_t begin = offset(bounds.start);
    const size_t count = bounds.count;
    const size_t end = ascii ? begin + count : begin + offset_of(bytes.substr(begin), count);
    return substring(runtime.arena, text, begin, end);
  }
  // Where each character begins, so that every step is a look-up.
  runtime.work(bytes.size() * sizeof(size_t));
  std::vector<size_t> offsets;
  for (size_t i = 0; i < bytes.size(); i += decode(bytes, i).length) offsets.push_back(i);
  offsets.push_back(bytes.size());
  TextBuilder result(runtime);
  for (size_t i = 0; i < bounds.count; ++i) {
    const auto at = static_cast<size_t>(bounds.start + static_cast<int64_t>(i) * bounds.step);
    result.append(text, offsets[at], offsets[at + 1]);
  }
  return result.finish(text.markup);
}

Value slice_sequence(Runtime& runtime, const Value& object, const Bounds& bounds) {
  const Sequence& sequence = *object.sequence;
  std::span<const Value> items = sequence.items;
  std::vector<Value> picked;
  if (bounds.step == 1) {
    items = items.subspan(bounds.count == 0 ? 0 : static_cast<size_t>(bounds.start), bounds.count);
  } else {
    for (size_t i = 0; i < bounds.count; ++i) {
      picked.push_back(
          items[static_cast<size_t>(bounds.start + static_cast<int64_t>(i) * bounds.step)]);
    }
    items = picked;
  }
  runtime.work(items.size_bytes());
  return object.is(Kind::kList) ? list_value(runtime, items, sequence.foreign)
                                : tuple_value(runtime, items, sequence.foreign);
}

}  // namespace

Value find_attribute(Runtime& runtime, const Value& object, std::string_view name) {
  if (object.is_undefined()) undefined_problem(object);
  const Value own = own_attribute(runtime, object, name);
  if (own.given() && !name.starts_with('_')) return own;
  if (own.given()) return undefined_value(runtime, Undefined::Reason::kUnsafe, name, object.kind);
  const MethodLookup method = find_method(object.kind, name);
  switch (method.state) {
    case MethodState::kAvailable:
      return method_value(runtime, object, method.entry);
    case MethodState::kUnsupported:
      problem("the method '{}' of a {} is not supported", name, type_name(object.kind));
    case MethodState::kBlocked:
      return undefined_value(runtime, Undefined::Reason::kUnsafe, name, object.kind);
    case MethodState::kNone:
      break;
  }
  if (!is_internal(name) || object.is(Kind::kNamespace)) return {};
  return undefined_value(runtime, Undefined::Reason::kUnsafe, name, object.kind);
}

Value get_attribute(Runtime& runtime, const Value& object, std::string_view name) {
  Value value = find_attribute(runtime, object, name);
  if (!value.given() && object.is(Kind::kDict)) {
    const Value* found = find(*object.dict, name);
    if (found) value = *found;
  }
  if (value.given()) return value;
  return undefined_value(runtime, Undefined::Reason::kAttribute, name, object.kind);
}

Value get_element(Runtime& runtime, const Value& object, const Value& index) {
  Value value = find_element(runtime, object, index);
  if (!value.given() && index.is_text()) value = find_attribute(runtime, object, index.text->bytes);
  if (value.given()) return value;
  if (index.is_text()) {
    return undefined_value(runtime, Undefined::Reason::kAttribute, index.text->bytes, object.kind);
  }
  return undefined_value(runtime, Undefined::Reason::kElement, {}, object.kind);
}

Value slice(Runtime& runtime, const Value& object, const Value& start, const Value& stop,
            const Value& step) {
  if (object.is_undefined()) undefined_problem(object);
  const bool list = object.is(Kind::kList) || object.is(Kind::kTuple);
  if (!list && !object.is_text() && !object.is(Kind::kRange)) {
    problem("a {} cannot be sliced", type_name(object.kind));
  }
  const auto length = static_cast<int64_t>(*length_of(runtime, object));
  const Bounds bounds = resolve(length, start, stop, step);
  if (object.is_text()) return text_value(slice_text(runtime, *object.text, length, bounds));
  if (list) return slice_sequence(runtime, object, bounds);
  problem("a range cannot be sliced here; make a list of it first");
}

}  // namespace braid::jinja
