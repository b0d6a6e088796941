// The three ways of Python to put values into a text: "%s" % value, "{}".format(value), and the
// format specifications that the second one uses.
#pragma once

#include "data/jinja/arguments.h"

namespace braid::jinja {

// text % value: the printf form.
const Text* format_percent(Runtime& runtime, const Text& text, const Value& value);

// text.format(arguments...). A field inside a specification is not supported.
const Text* format_braces(Runtime& runtime, const Text& text, const Arguments& arguments);

// format(value, specification) for strings and numbers.
void format_value(TextBuilder& out, const Value& value, std::string_view specification);

}  // namespace braid::jinja
