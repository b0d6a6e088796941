#include "data/jinja/dict.h"

#include <algorithm>

#include "data/jinja/compare.h"
#include "data/jinja/problem.h"

namespace braid::jinja {
namespace {

constexpr size_t kSmall = 8;

// Place of `key` in the table: that of its entry, or the free one where it belongs.
size_t place_of(Runtime& runtime, std::span<const uint32_t> slots, std::span<const Entry> entries,
                const Value& key) {
  const size_t mask = slots.size() - 1;
  size_t place = hash(runtime, key) & mask;
  while (slots[place] != 0 && !equals(runtime, entries[slots[place] - 1].key, key)) {
    runtime.step();
    place = (place + 1) & mask;
  }
  return place;
}

const Entry* search(Runtime& runtime, std::span<const uint32_t> slots,
                    std::span<const Entry> entries, const Value& key) {
  if (!slots.empty()) {
    const uint32_t slot = slots[place_of(runtime, slots, entries, key)];
    return slot == 0 ? nullptr : &entries[slot - 1];
  }
  for (const Entry& entry : entries) {
    if (equals(runtime, entry.key, key)) return &entry;
  }
  return nullptr;
}

}  // namespace

Value dict_value(const Dict* dict) {
  Value value;
  value.kind = Kind::kDict;
  value.dict = dict;
  return value;
}

const Value* find(Runtime& runtime, const Dict& dict, const Value& key) {
  require_hashable(runtime, key);
  const Entry* entry = search(runtime, dict.slots, dict.entries, key);
  return entry ? &entry->value : nullptr;
}

const Value* find(const Dict& dict, std::string_view key) {
  if (!dict.slots.empty()) {
    const size_t mask = dict.slots.size() - 1;
    for (size_t place = hash_text(key) & mask; dict.slots[place] != 0; place = (place + 1) & mask) {
      const Entry& entry = dict.entries[dict.slots[place] - 1];
      if (entry.key.is_text() && entry.key.text->bytes == key) return &entry.value;
    }
    return nullptr;
  }
  for (const Entry& entry : dict.entries) {
    if (entry.key.is_text() && entry.key.text->bytes == key) return &entry.value;
  }
  return nullptr;
}

void DictBuilder::rebuild(size_t places) {
  slots_.assign(places, 0);
  for (size_t i = 0; i < entries_.size(); ++i) {
    slots_[place_of(runtime_, slots_, entries_, entries_[i].key)] = static_cast<uint32_t>(i + 1);
  }
}

bool DictBuilder::set(const Value& key, const Value& value) {
  runtime_.step();
  require_hashable(runtime_, key);
  const Entry* found = search(runtime_, slots_, entries_, key);
  if (found) {
    entries_[static_cast<size_t>(found - entries_.data())].value = value;
    return false;
  }
  entries_.push_back({key, value});
  if (entries_.size() <= kSmall) return true;
  if (entries_.size() * 2 > slots_.size()) {
    rebuild(std::max<size_t>(4 * kSmall, slots_.size() * 2));
  } else {
    slots_[place_of(runtime_, slots_, entries_, key)] = static_cast<uint32_t>(entries_.size());
  }
  return true;
}

void DictBuilder::set_all(const Dict& dict) {
  for (const Entry& entry : dict.entries) set(entry.key, entry.value);
}

const Dict* DictBuilder::finish(bool foreign) {
  Arena& arena = runtime_.arena;
  Entry* entries = arena.array<Entry>(entries_.size());
  std::copy(entries_.begin(), entries_.end(), entries);
  uint32_t* slots = arena.array<uint32_t>(slots_.size());
  std::copy(slots_.begin(), slots_.end(), slots);
  return arena.make<Dict>(Dict{{entries, entries_.size()}, {slots, slots_.size()}, foreign});
}

}  // namespace braid::jinja
