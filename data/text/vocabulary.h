// The tokens of a model by id, as its files name them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace braid {

enum class TokenKind : uint8_t {
  kNormal,       // made by the model; may be matched in plain text as well
  kControl,      // placed by templates only; named by its own text
  kUserDefined,  // matched in plain text as it is; named by its own text
  kUnused,       // an id without a token
};

class Vocabulary {
 public:
  // `where` (a file) begins every error.
  explicit Vocabulary(std::string where) : where_(std::move(where)) {}

  // Gives the token `name` (not empty) the id `id`. Error when the id or the name is taken, the
  // name is empty, or the id is not below `limit`: ids are indices, so a hostile one must not make
  // a huge table.
  void add(const std::string& name, int64_t id, TokenKind kind, int64_t limit);
  void set_kind(int32_t id, TokenKind kind) { kinds_[static_cast<size_t>(id)] = kind; }

  int32_t size() const { return static_cast<int32_t>(names_.size()); }  // with unused ids
  int32_t count() const { return static_cast<int32_t>(ids_.size()); }   // without them
  const std::string& name(int32_t id) const { return names_[static_cast<size_t>(id)]; }
  TokenKind kind(int32_t id) const { return kinds_[static_cast<size_t>(id)]; }
  std::optional<int32_t> find(std::string_view name) const;
  const std::string& where() const { return where_; }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  std::string where_;
  std::vector<std::string> names_;
  std::vector<TokenKind> kinds_;
  std::unordered_map<std::string, int32_t, Hash, std::equal_to<>> ids_;
};

}  // namespace braid
