// The writing systems that tell languages apart.
#pragma once

#include <cstdint>
#include <string_view>

namespace braid {

enum class Script : uint8_t {
  kNone,  // no letter, or of a script without a language here
  kLatin,
  kCyrillic,
  kGreek,
  kHebrew,
  kArabic,
  kDevanagari,
  kBengali,
  kGurmukhi,
  kGujarati,
  kTamil,
  kTelugu,
  kKannada,
  kMalayalam,
  kThai,
  kHangul,
  kKana,
  kHan,
};
constexpr size_t kScripts = 18;

Script script_of(char32_t c);

}  // namespace braid
