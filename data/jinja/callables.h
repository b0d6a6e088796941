// What can be called or changed: macros, functions of the language, bound methods, namespaces,
// cyclers and joiners.
#pragma once

#include <span>
#include <string>

#include "data/jinja/arguments.h"
#include "data/jinja/dict.h"

namespace braid::jinja {

struct MacroDefinition;
struct Scope;

struct Macro {
  const MacroDefinition* definition = nullptr;
  Scope* scope = nullptr;  // where it was defined; its free names are looked up there
};

std::string macro_description(const Macro& macro);

struct Function {
  std::string_view name;
  Value (*call)(Runtime& runtime, const Arguments& arguments) = nullptr;
};

struct MethodEntry {
  std::string_view name;
  Value (*call)(Runtime& runtime, const Value& self, const Arguments& arguments) = nullptr;
};

struct BoundMethod {
  Value self;
  const MethodEntry* entry = nullptr;
};

// Attributes that a template may set.
struct Namespace {
  Entry* entries = nullptr;  // keys are strings
  size_t count = 0;
  size_t capacity = 0;
};

inline std::span<const Entry> entries_of(const Namespace& space) {
  return {space.entries, space.count};
}
const Value* find(Runtime& runtime, const Namespace& space, std::string_view name);
void assign(Runtime& runtime, Namespace& space, const Text* name, const Value& value);

struct Cycler {
  std::span<const Value> items;
  size_t at = 0;
};

struct Joiner {
  const Text* separator = nullptr;
  bool used = false;
};

bool is_callable(const Value& value);

}  // namespace braid::jinja
