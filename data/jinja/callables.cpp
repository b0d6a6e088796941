#include "data/jinja/callables.h"

#include <algorithm>

#include "data/jinja/ast.h"

namespace braid::jinja {
namespace {

Entry* search(Runtime& runtime, const Namespace& space, std::string_view name) {
  runtime.work(space.count * sizeof(Entry));
  Entry* const end = space.entries + space.count;
  Entry* found = std::find_if(space.entries, end,
                              [&](const Entry& entry) { return entry.key.text->bytes == name; });
  return found == end ? nullptr : found;
}

}  // namespace

std::string macro_description(const Macro& macro) {
  return macro.definition->name.empty() ? "<Macro anonymous>"
                                        : fmt::format("<Macro '{}'>", macro.definition->name);
}

const Value* find(Runtime& runtime, const Namespace& space, std::string_view name) {
  const Entry* entry = search(runtime, space, name);
  return entry ? &entry->value : nullptr;
}

void assign(Runtime& runtime, Namespace& space, const Text* name, const Value& value) {
  if (Entry* entry = search(runtime, space, name->bytes)) {
    entry->value = value;
    return;
  }
  if (space.count == space.capacity) {
    space.capacity = std::max<size_t>(8, 2 * space.capacity);
    Entry* entries = runtime.arena.array<Entry>(space.capacity);
    std::copy(space.entries, space.entries + space.count, entries);
    space.entries = entries;
  }
  space.entries[space.count++] = {text_value(name), value};
}

bool is_callable(const Value& value) {
  switch (value.kind) {
    case Kind::kUndefined:  // has the method, which says that the value is undefined
    case Kind::kMacro:
    case Kind::kFunction:
    case Kind::kMethod:
    case Kind::kJoiner:
    case Kind::kLoop:
      return true;
    default:
      return false;
  }
}

}  // namespace braid::jinja
