// Python's json.dumps.
#pragma once

#include "data/jinja/value.h"

namespace braid::jinja {

struct JsonStyle {
  bool ensure_ascii = false;
  bool sort_keys = false;
  const Text* indent = nullptr;  // of one level; null: everything on one line
  const Text* item_separator = nullptr;
  const Text* key_separator = nullptr;
};

// Punctuation is foreign inside a list or dict that was given from outside. Problem for a value
// that JSON has no form for.
const Text* json_text(Runtime& runtime, const Value& value, const JsonStyle& style);

}  // namespace braid::jinja
