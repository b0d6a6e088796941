// Scalars of rows: the same value read from JSON, CSV and Parquet means the same.
#pragma once

#include <optional>
#include <string>

#include "base/json.h"

namespace braid {

// The text of a string, number or truth value ("2" for 2 and for 2.0, "true"); nullopt for null,
// lists and objects.
std::optional<std::string> scalar_text(const Json& value);

// A number, a truth value as 1 or 0, or a string that holds a number and nothing else. nullopt for
// null and blank strings: there is no value. Errors for everything else, and for infinity and NaN;
// `field` names the value in them.
std::optional<double> scalar_number(const Json& value, std::string_view field);

// A short picture of a value for messages: quoted text, the number, or the type.
std::string describe_value(const Json& value);

}  // namespace braid
