// Cuts a stream of bytes into text that never ends in half a code point.
#pragma once

#include <string>
#include <string_view>

namespace braid {

class Utf8Stream {
 public:
  // The text that is complete now: well-formed UTF-8, with U+FFFD for bytes that can belong to no
  // code point.
  std::string push(std::string_view bytes);

  // What is left at the end: U+FFFD when the stream stopped inside a code point.
  std::string finish();

 private:
  std::string pending_;  // at most three bytes of an unfinished code point
};

}  // namespace braid
