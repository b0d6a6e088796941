// What is said about tokens.
#include "data/text/token_roles.h"

#include <algorithm>

namespace braid {

AddedTokenEntry read_added_token(ObjectReader& reader) {
  AddedTokenEntry entry;
  entry.content = reader.require_string("content");
  if (entry.content.empty()) reader.error("content", "is empty");
  entry.single_word = reader.boolean("single_word", false);
  entry.lstrip = reader.boolean("lstrip", false);
  entry.rstrip = reader.boolean("rstrip", false);
  entry.special = reader.boolean("special", false);
  entry.normalized = reader.boolean("normalized", !entry.special);
  reader.reject_unknown();
  return entry;
}

bool TokenRoles::is_control(const AddedTokenEntry& entry) const {
  return entry.special || std::ranges::find(names, entry.content) != names.end() ||
         std::ranges::find(ids, entry.id) != ids.end();
}

}  // namespace braid
