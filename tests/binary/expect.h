// What every failure of the executable has in common.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/binary/process.h"

namespace braid::test {

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

// Exit code 1, and a last line "braid: ..." with all of `parts`, the only one of its kind. Progress
// may stand before it.
inline void expect_error(const Result& result, const std::vector<std::string>& parts,
                         int exit_code = 1) {
  EXPECT_EQ(result.exit_code, exit_code) << result.err;
  const auto lines = lines_of(result.err);
  ASSERT_FALSE(lines.empty());
  const auto is_error = [](const std::string& line) { return line.starts_with("braid: "); };
  EXPECT_EQ(std::ranges::count_if(lines, is_error), 1) << result.err;
  EXPECT_TRUE(is_error(lines.back())) << result.err;
  for (const std::string& part : parts) EXPECT_THAT(lines.back(), testing::HasSubstr(part));
  EXPECT_THAT(result.err, testing::Not(testing::HasSubstr("internal error")));
  EXPECT_EQ(result.out, "");
}

inline void expect_success(const Result& result) { EXPECT_EQ(result.exit_code, 0) << result.err; }

}  // namespace braid::test
