// What the parser keeps about names while it reads.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/jinja/ast.h"

namespace braid::jinja {

// Gives names their ids, and finds out which macros read the special variables caller, kwargs and
// varargs without defining them.
class Names {
 public:
  explicit Names(Program& program) : program_(program) {}

  NameId id(std::string_view name);

  void loaded(std::string_view name);
  void stored(std::string_view name);

  // The body of a macro begins and ends.
  void open_macro() { macros_.emplace_back(); }
  void close_macro(MacroDefinition& definition);

 private:
  static constexpr std::string_view kSpecial[] = {"caller", "kwargs", "varargs"};
  struct Use {
    bool read[3] = {};
    bool defined[3] = {};
  };

  Program& program_;
  std::unordered_map<std::string, NameId> ids_;
  std::vector<Use> macros_;  // those around, outermost first
};

// Filters and tests that do not exist. Those that an `if` guards are forgiven.
class UnknownNames {
 public:
  void add(int line, std::string what) { entries_.push_back({line, std::move(what), false}); }
  size_t mark() const { return entries_.size(); }
  // What was added since the mark stands inside an `if` (but not in a scope of its own there).
  void forgive(size_t mark);
  // What was added since the mark stands in a scope of its own: no `if` around it helps.
  void hold(size_t mark);
  // Problem that names the first one.
  void require_none(int& line) const;

 private:
  struct Entry {
    int line;
    std::string what;
    bool held;
  };
  std::vector<Entry> entries_;
};

}  // namespace braid::jinja
