// Streaming text never shows half a code point.
#include "trainer/utf8_stream.h"

#include <gtest/gtest.h>

namespace braid {
namespace {

const std::string kReplacement = "\xef\xbf\xbd";

TEST(Utf8Stream, HoldsBackUnfinishedCodePoints) {
  const std::string text = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z";  // 1, 2, 3, 4 and 1 bytes
  Utf8Stream stream;
  std::string shown;
  size_t parts = 0;
  for (const char byte : text) {
    const std::string part = stream.push(std::string(1, byte));
    shown += part;
    parts += part.empty() ? 0 : 1;
  }
  EXPECT_EQ(shown, text);
  EXPECT_EQ(parts, 5U);  // one per code point, never a piece of one
  EXPECT_EQ(stream.finish(), "");
}

TEST(Utf8Stream, ReplacesWhatCanNeverBeText) {
  Utf8Stream stream;
  EXPECT_EQ(stream.push("a\xff"
                        "b"),
            "a" + kReplacement + "b");
  EXPECT_EQ(stream.push("\x80"), kReplacement);
  EXPECT_EQ(stream.push("\xc0\xaf"), kReplacement + kReplacement);  // overlong
  EXPECT_EQ(stream.push("\xe0\x80"), kReplacement + kReplacement);  // overlong
  EXPECT_EQ(stream.push("\xed\xa0"), kReplacement + kReplacement);  // surrogate
  EXPECT_EQ(stream.push("\xf4\x90"), kReplacement + kReplacement);  // above U+10FFFF
  EXPECT_EQ(stream.push("\xe2\x82"
                        "A"),
            kReplacement + "A");  // cut by a letter
}

TEST(Utf8Stream, SaysWhenTheStreamEndsInside) {
  Utf8Stream stream;
  EXPECT_EQ(stream.push("x\xf0\x9f\x98"), "x");
  EXPECT_EQ(stream.finish(), kReplacement);
  EXPECT_EQ(stream.finish(), "");
}

}  // namespace
}  // namespace braid
