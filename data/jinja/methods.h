// Methods of Python's str, list, tuple and dict, and of loops and cyclers.
#pragma once

#include "data/jinja/callables.h"

namespace braid::jinja {

enum class MethodState : uint8_t {
  kNone,         // there is no such method
  kAvailable,    //
  kBlocked,      // would change its object
  kUnsupported,  // Python has it, this interpreter does not
};

struct MethodLookup {
  MethodState state = MethodState::kNone;
  const MethodEntry* entry = nullptr;
};

MethodLookup find_method(Kind kind, std::string_view name);

std::span<const MethodEntry> string_methods();
std::span<const MethodEntry> string_class_methods();  // isdigit and its like

// Python's isupper and islower: some characters have a case, and all of those this one.
bool has_upper_case(Runtime& runtime, const Text& text);
bool has_lower_case(Runtime& runtime, const Text& text);

}  // namespace braid::jinja
