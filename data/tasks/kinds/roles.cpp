#include "data/tasks/kinds/roles.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "data/feedback/mapping/scalars.h"
#include "data/tasks/kinds/words.h"

namespace braid {
namespace {

std::set<std::string> names_in(const Field& field, const Scope& scope) {
  Json scratch;
  std::set<std::string> names;
  for (const Json* value : field.all(scope, scratch)) {
    if (const auto text = scalar_text(*value)) names.insert(lower_ascii(*text));
  }
  return names;
}

size_t index_in(const Field& field, const Scope& scope, size_t options) {
  Json scratch;
  const Json& value = field.require(scope, scratch);
  const double index = scalar_number(value, field.name()).value_or(-1);
  if (!(index >= 0 && index < static_cast<double>(options)) || std::trunc(index) != index) {
    fail("{}: {} is not the index of an option", field.name(), describe_value(value));
  }
  return static_cast<size_t>(index);
}

}  // namespace

std::optional<RoleFields> RoleFields::read(ObjectReader& object) {
  auto roles = object.object("roles");
  if (!roles) return std::nullopt;
  RoleFields fields;
  if (roles->has("groups")) {
    fields.groups_ = Field::each_of(*roles, "groups");
    fields.targets_ = Field::require(*roles, "targets");
    fields.unknown_name_ = lower_ascii(roles->string("unknown", "unknown"));
  } else {
    fields.target_ = Field::require(*roles, "target");
    fields.unknown_ = Field::require(*roles, "unknown");
  }
  roles->reject_unknown();
  return fields;
}

std::vector<Role> RoleFields::find(const Scope& scope, size_t options) const {
  std::vector<Role> roles = target_ ? by_index(scope, options) : by_name(scope, options);
  const bool clear = std::ranges::count(roles, Role::kTarget) == 1 &&
                     std::ranges::count(roles, Role::kUnknown) == 1;
  return clear ? roles : std::vector<Role>{};
}

std::vector<Role> RoleFields::by_index(const Scope& scope, size_t options) const {
  std::vector<Role> roles(options, Role::kOther);
  roles[index_in(*target_, scope, options)] = Role::kTarget;
  roles[index_in(*unknown_, scope, options)] = Role::kUnknown;
  return roles;
}

std::vector<Role> RoleFields::by_name(const Scope& scope, size_t options) const {
  if (groups_.size() != options) {
    fail("roles: {} groups for {} options", groups_.size(), options);
  }
  const auto targets = names_in(*targets_, scope);
  std::vector<Role> roles;
  for (const Field& group : groups_) {
    const auto names = names_in(group, scope);
    const bool target =
        std::ranges::any_of(names, [&](const auto& n) { return targets.contains(n); });
    roles.push_back(names.contains(unknown_name_) ? Role::kUnknown
                    : target                      ? Role::kTarget
                                                  : Role::kOther);
  }
  return roles;
}

}  // namespace braid
