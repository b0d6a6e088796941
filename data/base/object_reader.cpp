// Typed reading of JSON objects with full key paths in errors.
#include <fmt/ranges.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/json.h"

namespace braid {
namespace {

// A short picture of a value of the wrong type.
std::string describe(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  if (value.is_string()) {
    return quote(value.get_ref<const std::string&>());
  }
  return value.dump();
}

// Keys as they stand when they are plain, so that the path reads like the command-line flag.
std::string plain_or_quoted(const std::string& key) {
  const std::string shown = quote(key);
  return shown.size() == key.size() + 2 ? key : shown;
}

std::string join_path(const std::string& path, const std::string& key) {
  return path.empty() ? plain_or_quoted(key) : path + "." + plain_or_quoted(key);
}

std::optional<int64_t> as_integer(const Json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<uint64_t>();
    if (number > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return std::nullopt;
    return static_cast<int64_t>(number);
  }
  if (value.is_number_integer()) return value.get<int64_t>();
  if (!value.is_number_float()) return std::nullopt;
  const double number = value.get<double>();
  // Beyond 2^53 a double no longer says which integer was meant.
  if (std::trunc(number) != number || std::abs(number) > 0x1p53) return std::nullopt;
  return static_cast<int64_t>(number);
}

}  // namespace

ObjectReader::ObjectReader(const Json& object, std::string where, std::string path)
    : object_(object), where_(std::move(where)), path_(std::move(path)) {
  if (object_.is_object()) return;
  fail("{}: {}expected an object, got {}", where_, path_.empty() ? "" : path_ + ": ",
       describe(object_));
}

bool ObjectReader::has(const std::string& key) const {
  const auto found = object_.find(key);
  return found != object_.end() && !found->is_null();
}

const Json* ObjectReader::find(const std::string& key) {
  known_.insert(key);
  const auto found = object_.find(key);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

const Json& ObjectReader::member(const std::string& key) {
  const Json* value = find(key);
  if (value == nullptr) error(key, "is missing");
  return *value;
}

bool ObjectReader::boolean(const std::string& key, bool fallback) {
  const Json* value = find(key);
  if (value == nullptr) return fallback;
  if (!value->is_boolean()) error(key, "expected true or false, got " + describe(*value));
  return value->get<bool>();
}

int64_t ObjectReader::integer(const std::string& key, int64_t fallback) {
  return find(key) == nullptr ? fallback : require_integer(key);
}

double ObjectReader::number(const std::string& key, double fallback) {
  const Json* value = find(key);
  if (value == nullptr) return fallback;
  if (!value->is_number() || !std::isfinite(value->get<double>())) {
    error(key, "expected a finite number, got " + describe(*value));
  }
  return value->get<double>();
}

std::string ObjectReader::string(const std::string& key, const std::string& fallback) {
  return find(key) == nullptr ? fallback : require_string(key);
}

std::vector<std::string> ObjectReader::strings(const std::string& key) {
  const Json* value = find(key);
  std::vector<std::string> result;
  if (value == nullptr) return result;
  if (!value->is_array()) error(key, "expected an array of strings, got " + describe(*value));
  result.reserve(value->size());
  for (const Json& element : *value) {
    if (!element.is_string()) {
      error(key, fmt::format("expected strings only, got {} at index {}", describe(element),
                             result.size()));
    }
    result.push_back(element.get<std::string>());
  }
  return result;
}

std::map<std::string, int64_t> ObjectReader::counts(const std::string& key) {
  std::map<std::string, int64_t> result;
  std::optional<ObjectReader> members = object(key);
  if (!members) return result;
  for (const auto& [name, value] : members->object_.items()) {
    result[name] = members->require_integer(name);
  }
  return result;
}

int64_t ObjectReader::require_integer(const std::string& key) {
  const Json& value = member(key);
  const auto number = as_integer(value);
  if (!number) error(key, "expected an integer of at most 64 bits, got " + describe(value));
  return *number;
}

std::string ObjectReader::require_string(const std::string& key) {
  const Json& value = member(key);
  if (!value.is_string()) error(key, "expected a string, got " + describe(value));
  return value.get<std::string>();
}

std::optional<ObjectReader> ObjectReader::object(const std::string& key) {
  const Json* value = find(key);
  if (value == nullptr) return std::nullopt;
  return ObjectReader(*value, where_, join_path(path_, key));
}

std::vector<ObjectReader> ObjectReader::objects(const std::string& key) {
  const Json* value = find(key);
  std::vector<ObjectReader> result;
  if (value == nullptr) return result;
  if (!value->is_array()) error(key, "expected a list of objects, got " + describe(*value));
  for (const Json& element : *value) {
    result.emplace_back(element, where_,
                        fmt::format("{}[{}]", join_path(path_, key), result.size()));
  }
  return result;
}

void ObjectReader::error(const std::string& key, const std::string& message) const {
  fail("{}: {}: {}", where_, join_path(path_, key), message);
}

void ObjectReader::reject_unknown() const {
  std::vector<std::string> unknown;
  for (const auto& [key, value] : object_.items()) {
    if (!known_.contains(key)) unknown.push_back(join_path(path_, key));
  }
  if (unknown.empty()) return;
  fail("{}: unknown {} {}; known here: {}", where_, unknown.size() == 1 ? "key" : "keys",
       fmt::join(unknown, ", "), fmt::join(known_, ", "));
}

}  // namespace braid
