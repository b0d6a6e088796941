// Characters whose upper or title case is more than one character, such as U+00DF.
#pragma once

#include <string_view>

namespace braid::jinja {

struct SpecialCasing {
  char32_t code_point;
  std::string_view upper;  // UTF-8
  std::string_view title;
};

const SpecialCasing* find_special_casing(char32_t c);  // null for all others

}  // namespace braid::jinja
