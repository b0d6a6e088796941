// Partners by name: order, repeated names, and what is left over.
#include "trainer/evaluation/matching.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace braid {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(Matching, InTheOrderOfTheSecondList) {
  const Matches matches = match_names({"a", "b", "c"}, {"c", "d", "a"});
  EXPECT_THAT(matches.places, ElementsAre(Pair(2, 0), Pair(0, 2)));
  EXPECT_EQ(matches.only_first, 1U);
  EXPECT_EQ(matches.only_second, 1U);
}

TEST(Matching, TheKthOccurrenceHasTheKthAsPartner) {
  const Matches matches = match_names({"a", "b", "a", "a"}, {"a", "a", "b", "b"});
  EXPECT_THAT(matches.places, ElementsAre(Pair(0, 0), Pair(2, 1), Pair(1, 2)));
  EXPECT_EQ(matches.only_first, 1U);
  EXPECT_EQ(matches.only_second, 1U);
}

TEST(Matching, NothingInCommon) {
  const Matches matches = match_names({"a"}, {});
  EXPECT_THAT(matches.places, IsEmpty());
  EXPECT_EQ(matches.only_first, 1U);
  EXPECT_EQ(matches.only_second, 0U);
}

}  // namespace
}  // namespace braid
