// Colours on standard output, only where somebody sees them.
#pragma once

#include <string>
#include <string_view>

namespace braid {

enum class Colour { kNone, kDim, kGreen, kRed, kYellow, kBlue };

// `text` in a colour when standard output is a terminal and NO_COLOR is not set (no-color.org);
// otherwise as it is.
std::string coloured(std::string_view text, Colour colour);

// Whether `coloured` changes anything.
bool shows_colours();

}  // namespace braid
