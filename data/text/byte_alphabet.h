// The printable alphabet in which byte-level vocabularies write their tokens: one character per
// byte, chosen so that no byte shows as blank or control character (GPT-2's table; a space is
// written "Ġ").
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace braid {

// The character that stands for `byte`, in UTF-8.
std::string_view byte_character(unsigned char byte);

// The bytes that `name` stands for, or nothing when it has a character outside the alphabet.
std::optional<std::string> bytes_of_name(std::string_view name);

}  // namespace braid
