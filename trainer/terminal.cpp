#include "trainer/terminal.h"

#include <unistd.h>

#include <cstdlib>

namespace braid {
namespace {

const char* code(Colour colour) {
  switch (colour) {
    case Colour::kDim:
      return "\x1b[2m";
    case Colour::kGreen:
      return "\x1b[32m";
    case Colour::kRed:
      return "\x1b[31m";
    case Colour::kYellow:
      return "\x1b[33m";
    case Colour::kBlue:
      return "\x1b[34m";
    case Colour::kNone:
      break;
  }
  return "";
}

}  // namespace

bool shows_colours() {
  const char* no_colour = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) != 0 && (no_colour == nullptr || *no_colour == '\0');
}

std::string coloured(std::string_view text, Colour colour) {
  if (colour == Colour::kNone || text.empty() || !shows_colours()) return std::string(text);
  std::string result = code(colour);
  result += text;
  return result += "\x1b[0m";
}

}  // namespace braid
