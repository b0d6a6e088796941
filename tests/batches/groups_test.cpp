// Sizes of groups.
#include "data/batches/groups.h"

#include <gtest/gtest.h>

namespace braid {
namespace {

TEST(EncodedGroup, CountsThePromptOnce) {
  const std::vector<int32_t> prompt = {1, 2, 3}, a = {4, 5}, b = {6};
  const std::vector<TokenIds> branches = {a, b};
  EncodedGroup group;
  group.prompt = prompt;
  group.branches = branches;
  EXPECT_EQ(group.scored_tokens(), 3);
  EXPECT_EQ(group.tokens(), 6);
}

}  // namespace
}  // namespace braid
