// Held-out pairs of a cell: log-ratios on disk, and whether they go by length.
#include "trainer/study/held_out_pairs.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support.h"
#include "tests/trainer/tiny_training.h"
#include "trainer/evaluation/task_suite.h"

namespace braid {
namespace {

// Pairs whose chosen answer is the longer one (even places) or the shorter one (odd places), of
// prompts of their own.
std::vector<GroupTokens> alternating_pairs(int32_t count) {
  std::vector<GroupTokens> pairs;
  for (int32_t i = 0; i < count; ++i) {
    const std::vector<int32_t> longer = {i, 1, 2}, shorter = {i, 2};
    pairs.push_back(i % 2 == 0 ? test::pair_group({1, i}, longer, shorter)
                               : test::pair_group({1, i}, shorter, longer));
  }
  return pairs;
}

class HeldOutPairs : public testing::Test {
 protected:
  // What is stored when the policy's log-ratios are `chosen` and 0 for every pair.
  StoredItems stored(const std::vector<GroupTokens>& pairs, const std::vector<float>& chosen) {
    const GroupStore store = make_store(pairs);
    const auto count = static_cast<int64_t>(pairs.size());
    const at::Tensor base = at::full({2 * count}, -7.0F);
    const at::Tensor policy = base.clone();
    for (int64_t i = 0; i < count; ++i) policy[2 * i] += chosen[static_cast<size_t>(i)];
    write_held_out_pairs(directory_.path() / "cell", store.groups(), policy, base);
    return read_held_out_pairs(directory_.path() / "cell");
  }

  test::TemporaryDirectory directory_;
};

TEST_F(HeldOutPairs, HoldLogRatiosAndWhichAnswerIsLonger) {
  auto groups = alternating_pairs(2);
  groups.push_back(test::pair_group({1, 0}, {3, 2}, {4, 2}));
  const StoredItems pairs = stored(groups, {0.5, -2, 0});
  ASSERT_EQ(pairs.scored.size(), 3U);
  EXPECT_FLOAT_EQ(static_cast<float>(pairs.scored[0].options[0].logp), 0.5);
  EXPECT_EQ(pairs.scored[0].options[1].logp, 0);
  EXPECT_EQ(pairs.items[0].tags.at("longer"), "chosen");
  EXPECT_EQ(pairs.items[1].tags.at("longer"), "rejected");
  EXPECT_TRUE(pairs.items[2].tags.empty());
  EXPECT_EQ(pairs.items[0].cluster, pairs.items[2].cluster);  // the same prompt
  EXPECT_NE(pairs.items[0].cluster, pairs.items[1].cluster);
  EXPECT_FLOAT_EQ(static_cast<float>(chosen_log_ratio(pointers(pairs.scored))), -0.5);
}

TEST_F(HeldOutPairs, APolicyThatGoesByLengthHasAGap) {
  constexpr int32_t kPairs = 40;
  std::vector<float> by_length, by_answer, chance;
  for (int32_t i = 0; i < kPairs; ++i) {
    by_length.push_back(i % 2 == 0 ? 1 : -1);
    by_answer.push_back(1);
    chance.push_back(i / 2 % 2 == 0 ? 1 : -1);
  }
  const auto gap = [&](const std::vector<float>& chosen) {
    return length_gap(pointers(stored(alternating_pairs(kPairs), chosen).scored));
  };
  EXPECT_EQ(gap(by_length).value, 1);
  EXPECT_EQ(gap(by_length).low, 1);
  EXPECT_EQ(gap(by_answer).value, 0);
  const Estimate none = gap(chance);
  EXPECT_EQ(none.value, 0);
  EXPECT_LT(none.low, -0.1);
  EXPECT_GT(none.high, 0.1);
}

TEST_F(HeldOutPairs, WithoutPairsOfBothKindsThereIsNoGap) {
  const auto groups = alternating_pairs(1);
  EXPECT_TRUE(std::isnan(length_gap(pointers(stored(groups, {1}).scored)).value));
  const StoredItems nothing = stored({}, {});
  EXPECT_TRUE(std::isnan(length_gap(pointers(nothing.scored)).value));
  EXPECT_TRUE(std::isnan(chosen_log_ratio(pointers(nothing.scored))));
}

}  // namespace
}  // namespace braid
