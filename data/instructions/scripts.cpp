// Scripts by Unicode block.
#include "data/instructions/scripts.h"

#include "data/jinja/unicode.h"

namespace braid {
namespace {

struct Block {
  char32_t first;
  char32_t last;
  Script script;
};

constexpr Block kBlocks[] = {
    {0x41, 0x24f, Script::kLatin},       {0x370, 0x3ff, Script::kGreek},
    {0x400, 0x52f, Script::kCyrillic},   {0x590, 0x5ff, Script::kHebrew},
    {0x600, 0x6ff, Script::kArabic},     {0x750, 0x77f, Script::kArabic},
    {0x900, 0x97f, Script::kDevanagari}, {0x980, 0x9ff, Script::kBengali},
    {0xa00, 0xa7f, Script::kGurmukhi},   {0xa80, 0xaff, Script::kGujarati},
    {0xb80, 0xbff, Script::kTamil},      {0xc00, 0xc7f, Script::kTelugu},
    {0xc80, 0xcff, Script::kKannada},    {0xd00, 0xd7f, Script::kMalayalam},
    {0xe00, 0xe7f, Script::kThai},       {0x1100, 0x11ff, Script::kHangul},
    {0x1e00, 0x1eff, Script::kLatin},    {0x1f00, 0x1fff, Script::kGreek},
    {0x3040, 0x30ff, Script::kKana},     {0x3130, 0x318f, Script::kHangul},
    {0x3400, 0x4dbf, Script::kHan},      {0x4e00, 0x9fff, Script::kHan},
    {0xac00, 0xd7af, Script::kHangul},   {0xfb50, 0xfdff, Script::kArabic},
    {0xfe70, 0xfeff, Script::kArabic},   {0x20000, 0x3ffff, Script::kHan}};

}  // namespace

Script script_of(char32_t c) {
  if (!jinja::is_alpha(c)) return Script::kNone;
  for (const Block& block : kBlocks) {
    if (c <= block.last) return c >= block.first ? block.script : Script::kNone;
  }
  return Script::kNone;
}

}  // namespace braid
