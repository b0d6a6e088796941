// Reading of field forms, and values from rows.
#include "data/feedback/mapping/field.h"

#include "base/error.h"
#include "data/feedback/mapping/scalars.h"

namespace braid {
namespace {

// Errors inside paths and templates name themselves; the configuration key goes in front.
template <typename Parse>
auto parse_at(const ObjectReader& object, const std::string& key, Parse parse) {
  try {
    return parse();
  } catch (const Error& error) {
    object.error(key, error.what());
  }
}

}  // namespace

std::vector<FieldPath> read_paths(ObjectReader& object, const std::string& key) {
  const Json* value = object.find(key);
  if (value == nullptr) return {};
  std::vector<std::string> texts;
  if (value->is_array()) {
    texts = object.strings(key);
    if (texts.empty()) object.error(key, "expected at least one path");
  } else {
    texts.push_back(object.require_string(key));
  }
  std::vector<FieldPath> paths;
  for (const std::string& text : texts) {
    paths.push_back(parse_at(object, key, [&] { return FieldPath::parse(text); }));
  }
  return paths;
}

std::optional<Field> Field::read(ObjectReader& object, const std::string& key) {
  const Json* value = object.find(key);
  if (value == nullptr) return std::nullopt;
  Field field;
  if (value->is_object()) {
    ObjectReader members = *object.object(key);
    field.read_members(members, "");
    members.reject_unknown();
  } else if (value->is_string() || value->is_array()) {
    field.paths_ = read_paths(object, key);
  } else {
    field.literal_ = *value;
  }
  field.name_ = field.paths_.empty() ? key : field.paths_.front().text();
  return field;
}

Field Field::require(ObjectReader& object, const std::string& key) {
  auto field = read(object, key);
  if (!field) object.error(key, "is missing");
  return std::move(*field);
}

std::vector<Field> Field::each_of(ObjectReader& object, const std::string& key) {
  std::vector<Field> fields;
  for (FieldPath& path : read_paths(object, key)) {
    Field& field = fields.emplace_back();
    field.name_ = path.text();
    field.paths_.push_back(std::move(path));
  }
  return fields;
}

Field Field::read_inline(ObjectReader& object, const std::string& fallback) {
  Field field;
  field.read_members(object, fallback);
  field.name_ = field.paths_.empty() ? fallback : field.paths_.front().text();
  return field;
}

void Field::read_members(ObjectReader& object, const std::string& fallback) {
  const int forms =
      object.has("path") + object.has("all") + object.has("value") + object.has("template");
  if (forms > 1) object.error("path", "give one of path, all, value and template");
  if (object.has("path")) {
    paths_ = read_paths(object, "path");
  } else if (object.has("all")) {
    paths_ = read_paths(object, "all");
    every_path_ = true;
  } else if (const Json* value = object.find("value")) {
    literal_ = *value;
  } else if (object.has("template")) {
    const std::string text = object.require_string("template");
    template_ = parse_at(object, "template", [&] { return TextTemplate::parse(text); });
  } else if (!fallback.empty()) {
    paths_.push_back(parse_at(object, "name", [&] { return FieldPath::parse(fallback); }));
  } else {
    object.error("path", "is missing; give one of path, all, value and template");
  }
  if (const Json* map = object.find("map")) {
    if (!map->is_object()) object.error("map", "expected an object of values");
    map_.emplace();
    for (const auto& [from, to] : map->items()) (*map_)[from] = to;
  }
  if (const Json* value = object.find("default")) default_ = *value;
}

const Json* Field::mapped(const Json& value) const {
  if (!map_) return &value;
  const auto text = scalar_text(value);
  if (!text) fail("{}: expected a value of the map, got {}", name_, describe_value(value));
  auto found = map_->find(*text);
  if (found == map_->end()) found = map_->find("*");
  if (found == map_->end()) fail("{}: {} is not in the map of the source", name_, quote(*text));
  return found->second.is_null() ? nullptr : &found->second;
}

std::vector<const Json*> Field::selected(const Scope& scope, Json& scratch) const {
  std::vector<const Json*> values;
  if (literal_) {
    values.push_back(&*literal_);
  } else if (template_) {
    scratch = template_->render(scope);
    values.push_back(&scratch);
  } else {
    for (const FieldPath& path : paths_) {
      path.select(scope, values);
      if (!values.empty() && !every_path_) break;
    }
  }
  return values;
}

const Json* Field::one(const Scope& scope, Json& scratch) const {
  const std::vector<const Json*> values = selected(scope, scratch);
  if (values.size() > 1) {
    fail("{}: {} values where one is expected; name one by its index", name_, values.size());
  }
  const Json* value = values.empty() ? nullptr : mapped(*values.front());
  return value != nullptr ? value : default_.is_null() ? nullptr : &default_;
}

const Json& Field::require(const Scope& scope, Json& scratch) const {
  const Json* value = one(scope, scratch);
  if (value == nullptr) fail("{}: is missing", name_);
  return *value;
}

std::vector<const Json*> Field::all(const Scope& scope, Json& scratch) const {
  std::vector<const Json*> result;
  const auto add = [&](const Json& value) {
    if (value.is_null()) return;
    if (const Json* to = mapped(value)) result.push_back(to);
  };
  for (const Json* value : selected(scope, scratch)) {
    if (value->is_array()) {
      for (const Json& element : *value) add(element);
    } else {
      add(*value);
    }
  }
  if (result.empty() && !default_.is_null()) result.push_back(&default_);
  return result;
}

}  // namespace braid
