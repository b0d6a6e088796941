// JSON for untrusted input: nlohmann/json behind depth and duplicate-key checks, and a typed reader
// of objects that reports the full key path ("run.json: lora.rank: expected a positive integer, got
// \"x\"") and unknown keys.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace braid {

using Json = nlohmann::ordered_json;  // keeps the order of keys as written

// Parses one JSON text. `where` (file, or file:line) begins every error. Errors: syntax, nesting
// over 256 levels, a key twice in one object, invalid UTF-8.
Json parse_json(std::string_view text, const std::string& where);
Json read_json_file(const std::filesystem::path& path);

// Reads members of one object. Every member looked at is marked known; `reject_unknown` names the
// others.
class ObjectReader {
 public:
  // `where` begins every error; `path` is the dotted path of this object inside the document ("" at
  // the top).
  ObjectReader(const Json& object, std::string where, std::string path = "");

  bool has(const std::string& key) const;  // present and not null; does not mark the key as known
  const Json* find(
      const std::string& key);  // null when absent or JSON null; marks the key as known

  // Value or `fallback`; Error when present with another type (numbers must be finite; integers
  // must be integral).
  bool boolean(const std::string& key, bool fallback);
  int64_t integer(const std::string& key, int64_t fallback);
  double number(const std::string& key, double fallback);
  std::string string(const std::string& key, const std::string& fallback);
  std::vector<std::string> strings(const std::string& key);
  std::map<std::string, int64_t> counts(const std::string& key);  // an object of integers

  // As above, but absence is an Error.
  int64_t require_integer(const std::string& key);
  std::string require_string(const std::string& key);

  std::optional<ObjectReader> object(const std::string& key);  // nullopt when absent
  std::vector<ObjectReader> objects(const std::string& key);   // of a list; none when absent

  [[noreturn]] void error(const std::string& key, const std::string& message) const;
  void reject_unknown() const;  // Error that lists every member nobody asked for

 private:
  const Json& member(const std::string& key);

  const Json& object_;
  std::string where_;
  std::string path_;
  std::set<std::string> known_;
};

}  // namespace braid
