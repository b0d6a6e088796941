// Which option points at the stereotyped group, which at another one, and which says that nothing
// is known.
#pragma once

#include <optional>
#include <vector>

#include "data/feedback/mapping/field.h"
#include "data/tasks/item.h"

namespace braid {

class RoleFields {
 public:
  // Member "roles": {"target": field, "unknown": field}, both the index of an option from 0; or
  // {"groups": list of fields, "targets": field, "unknown": text}: the names that each option goes
  // by (a field may have several values), the names of stereotyped groups, and the name of the
  // unknown option. Names are compared in lower case (ASCII).
  static std::optional<RoleFields> read(ObjectReader& object);

  // None when not exactly one option is the target and one unknown.
  std::vector<Role> find(const Scope& scope, size_t options) const;

 private:
  std::vector<Role> by_index(const Scope& scope, size_t options) const;
  std::vector<Role> by_name(const Scope& scope, size_t options) const;

  std::optional<Field> target_, unknown_;  // indices
  std::vector<Field> groups_;
  std::optional<Field> targets_;
  std::string unknown_name_;
};

}  // namespace braid
