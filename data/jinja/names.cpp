#include "data/jinja/names.h"

#include <algorithm>

#include "data/jinja/problem.h"

namespace braid::jinja {

NameId Names::id(std::string_view name) {
  const auto [entry, added] =
      ids_.try_emplace(std::string(name), static_cast<NameId>(program_.names.size()));
  if (added) program_.names.emplace_back(name);
  return entry->second;
}

void Names::loaded(std::string_view name) {
  for (size_t i = 0; i < std::size(kSpecial); ++i) {
    if (name != kSpecial[i]) continue;
    for (Use& use : macros_) use.read[i] = use.read[i] || !use.defined[i];
  }
}

void Names::stored(std::string_view name) {
  for (size_t i = 0; i < std::size(kSpecial); ++i) {
    if (name != kSpecial[i]) continue;
    for (Use& use : macros_) use.defined[i] = true;
  }
}

void Names::close_macro(MacroDefinition& definition) {
  const Use& use = macros_.back();
  definition.uses_caller = use.read[0];
  definition.uses_kwargs = use.read[1];
  definition.uses_varargs = use.read[2];
  macros_.pop_back();
}

void UnknownNames::forgive(size_t mark) {
  const auto begin = entries_.begin() + static_cast<ptrdiff_t>(mark);
  entries_.erase(
      std::remove_if(begin, entries_.end(), [](const Entry& entry) { return !entry.held; }),
      entries_.end());
}

void UnknownNames::hold(size_t mark) {
  for (size_t i = mark; i < entries_.size(); ++i) entries_[i].held = true;
}

void UnknownNames::require_none(int& line) const {
  if (entries_.empty()) return;
  line = entries_.front().line;
  problem("{}", entries_.front().what);
}

}  // namespace braid::jinja
