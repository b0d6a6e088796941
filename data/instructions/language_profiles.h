// What is typical of the languages that share a script with others.
#pragma once

#include <span>
#include <string_view>

#include "data/instructions/scripts.h"

namespace braid {

struct LanguageProfile {
  std::string_view code;
  Script script;
  std::string_view words;    // frequent and short, in lower case, separated by spaces
  std::string_view endings;  // of longer words
  std::string_view letters;  // that not all languages of the script have, in lower case
};

std::span<const LanguageProfile> language_profiles();

}  // namespace braid
