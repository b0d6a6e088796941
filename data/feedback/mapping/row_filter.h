// Which rows a source uses, by the values of their fields.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "data/feedback/mapping/field_path.h"

namespace braid {

class RowFilter {
 public:
  // Members "keep" and "skip": objects {path: value or list of values}. A row is used when each
  // path of "keep" leads to one of its values and no path of "skip" does. Values are compared as
  // text.
  static RowFilter read(ObjectReader& object);

  bool passes(const Scope& scope) const;

 private:
  struct Condition {
    FieldPath path;
    std::set<std::string> values;
    bool wanted = true;
  };
  static void add(ObjectReader& object, const std::string& key, bool wanted, RowFilter& filter);

  std::vector<Condition> conditions_;
};

}  // namespace braid
