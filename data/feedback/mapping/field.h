// A value taken from a row, as a source's configuration describes it.
//
//   "a.b"                                     a path (field_path.h)
//   ["a", "b"]                                the first path that leads somewhere
//   3, true                                   the value itself
//   {"value": "x"}                            the value itself, also text
//   {"template": "{a}[[ and {b}]]"}           a text template (text_template.h)
//   {"all": ["a", "b"]}                       the values of every path, for several opinions
//   {"path": ..., "map": {"A": "first", "*": "tie"}, "default": ...}
//
// A map looks up the text of a scalar (scalars.h); "*" stands for any other. A scalar that is not
// in the map is an Error of its row; null in the map means "no value". "default" stands in for an
// absent value and is not mapped.
//
// Values live as long as the scope, the field, and `scratch`, which holds what is made on the way.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/feedback/mapping/field_path.h"
#include "data/feedback/mapping/text_template.h"

namespace braid {

class Field {
 public:
  // The only value, or null when there is none. Error when there are several.
  const Json* one(const Scope& scope, Json& scratch) const;

  // As above; absent is an Error.
  const Json& require(const Scope& scope, Json& scratch) const;

  // All values; lists count as their elements.
  std::vector<const Json*> all(const Scope& scope, Json& scratch) const;

  // Begins messages: the path, or the key of the configuration.
  const std::string& name() const { return name_; }

  // Field forms. `key` of `object` must be there for require_field.
  static std::optional<Field> read(ObjectReader& object, const std::string& key);
  static Field require(ObjectReader& object, const std::string& key);
  // A member that is one path or a list of paths: a field for each; none when absent.
  static std::vector<Field> each_of(ObjectReader& object, const std::string& key);
  // From the members "path", "all", "value", "template", "map", "default" of `object` itself;
  // without any of the first four the path is `fallback`.
  static Field read_inline(ObjectReader& object, const std::string& fallback);

 private:
  void read_members(ObjectReader& object, const std::string& fallback);
  const Json* mapped(const Json& value) const;
  std::vector<const Json*> selected(const Scope& scope, Json& scratch) const;

  std::string name_;
  std::vector<FieldPath> paths_;
  bool every_path_ = false;  // not only the first that leads somewhere
  std::optional<Json> literal_;
  std::optional<TextTemplate> template_;
  std::optional<std::map<std::string, Json>> map_;
  Json default_ = nullptr;
};

// A member that is one path or a list of paths; none when absent.
std::vector<FieldPath> read_paths(ObjectReader& object, const std::string& key);

}  // namespace braid
