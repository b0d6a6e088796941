// Paired differences of shares: values by hand, and what the interval is drawn over.
#include "trainer/evaluation/pair_difference.h"

#include <gtest/gtest.h>

#include <cmath>

namespace braid {
namespace {

PairVerdict verdict(int prompt, double correct, double logps_correct = 0) {
  return {std::to_string(prompt), "", correct, logps_correct};
}

// `pairs` pairs of `per_prompt` each; the second policy gains one in every four prompts.
std::pair<std::vector<PairVerdict>, std::vector<PairVerdict>> example(int pairs, int per_prompt) {
  std::pair<std::vector<PairVerdict>, std::vector<PairVerdict>> result;
  for (int i = 0; i < pairs; ++i) {
    const int prompt = i / per_prompt;
    result.first.push_back(verdict(prompt, 0));
    result.second.push_back(verdict(prompt, prompt % 4 == 0 ? 1 : 0));
  }
  return result;
}

TEST(PairDifference, SharesByHand) {
  const std::vector<PairVerdict> first = {verdict(1, 1, 0), verdict(2, 0, 1), verdict(3, 0.5, 1)};
  const std::vector<PairVerdict> second = {verdict(1, 1, 1), verdict(2, 1, 0), verdict(3, 1, 0.5)};
  const PairDifference all = compare_verdicts(first, second, {}).all;
  EXPECT_EQ(all.pairs, 3U);
  EXPECT_DOUBLE_EQ(all.accuracy.first, 0.5);
  EXPECT_DOUBLE_EQ(all.accuracy.second, 1);
  EXPECT_DOUBLE_EQ(all.accuracy.difference.value, 0.5);
  EXPECT_DOUBLE_EQ(all.logp_accuracy.first, 2.0 / 3);
  EXPECT_DOUBLE_EQ(all.logp_accuracy.second, 0.5);
  EXPECT_NEAR(all.logp_accuracy.difference.value, -1.0 / 6, 1e-12);
  // Resamples have nothing but the gains of these pairs: 0, 1 and 0.5.
  EXPECT_GE(all.accuracy.difference.low, 0);
  EXPECT_LE(all.accuracy.difference.high, 1);
  EXPECT_LT(all.accuracy.difference.low, all.accuracy.difference.high);
}

TEST(PairDifference, APolicyAgainstItselfHasNoNoise) {
  const auto [first, second] = example(40, 1);
  const Estimate difference = compare_verdicts(second, second, {}).all.accuracy.difference;
  EXPECT_EQ(difference.value, 0);
  EXPECT_EQ(difference.low, 0);
  EXPECT_EQ(difference.high, 0);
}

// Normal approximation of a share of a quarter in 400 prompts: 1.96 * sqrt(0.25 * 0.75 / 400).
TEST(PairDifference, TheIntervalIsThatOfPrompts) {
  const auto [first, second] = example(400, 1);
  const Estimate single = compare_verdicts(first, second, {}).all.accuracy.difference;
  EXPECT_EQ(single.value, 0.25);
  EXPECT_NEAR(single.low, 0.25 - 0.0424, 0.006);
  EXPECT_NEAR(single.high, 0.25 + 0.0424, 0.006);
  // Five pairs of every prompt know no more than one.
  const auto [five_first, five_second] = example(2000, 5);
  const Estimate five = compare_verdicts(five_first, five_second, {}).all.accuracy.difference;
  EXPECT_EQ(five.value, 0.25);
  EXPECT_NEAR(five.low, single.low, 1e-12);
  EXPECT_NEAR(five.high, single.high, 1e-12);
}

TEST(PairDifference, OnePromptHasNoInterval) {
  const std::vector<PairVerdict> pairs = {verdict(1, 1), verdict(1, 0)};
  const Estimate difference = compare_verdicts(pairs, pairs, {}).all.accuracy.difference;
  EXPECT_TRUE(std::isnan(difference.low));
  EXPECT_EQ(difference_text(difference), "+0.0 %");
}

TEST(PairDifference, SourcesThatBothNameAlike) {
  const std::vector<PairVerdict> first = {
      {"1", "edits", 0, 0}, {"2", "edits", 0, 0}, {"3", "old", 1, 0}};
  const std::vector<PairVerdict> second = {
      {"1", "edits", 1, 0}, {"2", "edits", 0, 0}, {"3", "new", 1, 0}};
  const PairDifferences differences = compare_verdicts(first, second, {});
  EXPECT_EQ(differences.all.pairs, 3U);
  ASSERT_EQ(differences.sources.size(), 1U);
  const PairDifference& edits = differences.sources.at("edits");
  EXPECT_EQ(edits.pairs, 2U);
  EXPECT_EQ(edits.accuracy.difference.value, 0.5);
}

TEST(PairDifference, TextHasSigns) {
  EXPECT_EQ(difference_text({0.0184, -0.003, 0.04}), "+1.8 % [-0.3, +4.0]");
}

}  // namespace
}  // namespace braid
