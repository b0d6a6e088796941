#include "data/jinja/iterate.h"

#include <algorithm>
#include <array>

#include "data/jinja/dict.h"
#include "data/jinja/loop.h"
#include "data/jinja/problem.h"
#include "data/jinja/unicode.h"

namespace braid::jinja {
namespace {

class ListIterator final : public Iterator {
 public:
  explicit ListIterator(std::span<const Value> items) : items_(items) {}
  bool next(Runtime&, Value* item) override {
    if (at_ == items_.size()) return false;
    *item = items_[at_++];
    return true;
  }

 private:
  std::span<const Value> items_;
  size_t at_ = 0;
};

}  // namespace

Cursor::Cursor(Runtime& runtime, const Value& iterable) : runtime_(&runtime), source_(iterable) {
  if (!is_iterable(iterable)) problem("a {} cannot be gone through", type_name(iterable.kind));
}

bool Cursor::next(Value* item) {
  runtime_->step();
  switch (source_.kind) {
    case Kind::kString: {
      const std::string_view bytes = source_.text->bytes;
      if (at_ == bytes.size()) return false;
      const size_t end = at_ + decode(bytes, at_).length;
      // Characters of a text marked safe are plain, as in Python.
      Text* character =
          runtime_->arena.make<Text>(*substring(runtime_->arena, *source_.text, at_, end));
      character->markup = false;
      *item = text_value(character);
      at_ = end;
      return true;
    }
    case Kind::kList:
    case Kind::kTuple:
      if (at_ == source_.sequence->items.size()) return false;
      *item = source_.sequence->items[at_++];
      return true;
    case Kind::kDict:
      if (at_ == source_.dict->entries.size()) return false;
      *item = source_.dict->entries[at_++].key;
      return true;
    case Kind::kView:
      if (at_ == source_.view->dict->entries.size()) return false;
      *item = item_of_view(*runtime_, *source_.view, at_++);
      return true;
    case Kind::kRange:
      if (at_ == source_.range->count) return false;
      *item = item_of_range(*source_.range, at_++);
      return true;
    case Kind::kIterator: {
      const Level level(*runtime_);  // one iterator may draw from another
      return source_.iterator->next(*runtime_, item);
    }
    default:
      return false;  // an undefined value has no items
  }
}

bool is_iterable(const Value& value) {
  switch (value.kind) {
    case Kind::kUndefined:
    case Kind::kString:
    case Kind::kList:
    case Kind::kTuple:
    case Kind::kDict:
    case Kind::kView:
    case Kind::kRange:
    case Kind::kIterator:
      return true;
    default:
      return false;
  }
}

std::optional<size_t> length_of(Runtime& runtime, const Value& value) {
  switch (value.kind) {
    case Kind::kUndefined:
      return 0;
    case Kind::kString:
      runtime.work(value.text->bytes.size());
      return count_code_points(value.text->bytes);
    case Kind::kList:
    case Kind::kTuple:
      return value.sequence->items.size();
    case Kind::kDict:
      return value.dict->entries.size();
    case Kind::kView:
      return value.view->dict->entries.size();
    case Kind::kRange:
      return value.range->count;
    case Kind::kLoop:
      return value.loop->length(runtime);
    default:
      return std::nullopt;
  }
}

std::vector<Value> items_of(Runtime& runtime, const Value& iterable) {
  Cursor cursor(runtime, iterable);
  std::vector<Value> items;
  if (iterable.is(Kind::kList) || iterable.is(Kind::kTuple)) {
    const auto source = iterable.sequence->items;
    runtime.work(source.size_bytes());
    items.assign(source.begin(), source.end());
    return items;
  }
  for (Value item; cursor.next(&item);) items.push_back(item);
  return items;
}

Value item_of_range(const Range& range, size_t index) {
  // In unsigned arithmetic: the product alone may pass 64 bits.
  return int_value(static_cast<int64_t>(static_cast<uint64_t>(range.start) +
                                        index * static_cast<uint64_t>(range.step)));
}

Value item_of_view(Runtime& runtime, const View& view, size_t index) {
  const Entry& entry = view.dict->entries[index];
  if (view.part == View::Part::kKeys) return entry.key;
  if (view.part == View::Part::kValues) return entry.value;
  return tuple_value(runtime, std::array{entry.key, entry.value}, view.dict->foreign);
}

Value iterate_over(Runtime& runtime, std::span<const Value> items) {
  Value* copy = runtime.arena.array<Value>(items.size());
  std::copy(items.begin(), items.end(), copy);
  return iterator_value(
      runtime.arena.make<ListIterator>(std::span<const Value>(copy, items.size())));
}

std::optional<Value> reversed(Runtime& runtime, const Value& value) {
  if (value.is(Kind::kIterator) || !is_iterable(value)) return std::nullopt;
  std::vector<Value> items = items_of(runtime, value);
  std::reverse(items.begin(), items.end());
  return iterate_over(runtime, items);
}

}  // namespace braid::jinja
