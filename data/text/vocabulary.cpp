// Tokens by id and by name.
#include "data/text/vocabulary.h"

#include "base/error.h"

namespace braid {

void Vocabulary::add(const std::string& name, int64_t id, TokenKind kind, int64_t limit) {
  if (name.empty()) fail("{}: token {} has an empty name", where_, id);
  if (id < 0 || id >= limit) {
    fail("{}: token {} has the id {}; expected 0 to {}", where_, quote(name), id, limit - 1);
  }
  const auto index = static_cast<size_t>(id);
  if (index >= names_.size()) {
    names_.resize(index + 1);
    kinds_.resize(index + 1, TokenKind::kUnused);
  }
  if (kinds_[index] != TokenKind::kUnused) {
    fail("{}: tokens {} and {} both have the id {}", where_, quote(names_[index]), quote(name), id);
  }
  const auto [other, fresh] = ids_.emplace(name, static_cast<int32_t>(id));
  if (!fresh) {
    fail("{}: token {} has the ids {} and {}; a token has one id", where_, quote(name),
         other->second, id);
  }
  names_[index] = name;
  kinds_[index] = kind;
}

std::optional<int32_t> Vocabulary::find(std::string_view name) const {
  const auto found = ids_.find(name);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace braid
