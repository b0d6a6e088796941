// The rule "best fraction, at least one", and the shares of sources.
#include "data/selection/strata.h"

#include <gmock/gmock.h>

#include <cmath>
#include <map>

#include "data/selection/mixing.h"
#include "data/selection/quality.h"
#include "tests/selection/made.h"
#include "tests/support.h"

namespace braid {
namespace {

TEST(KeepCount, IsTheCeiling) {
  for (int64_t percent = 1; percent <= 100; ++percent) {
    for (int64_t count = 0; count <= 2000; ++count) {
      const int64_t expected = (percent * count + 99) / 100;
      ASSERT_EQ(keep_count(static_cast<double>(percent) / 100, count), expected)
          << percent << " % of " << count;
    }
  }
  EXPECT_EQ(keep_count(1e-9, 5), 1);
  EXPECT_EQ(keep_count(1.0 / 3, 3), 1);
  EXPECT_EQ(keep_count(1.0, INT64_C(1) << 40), INT64_C(1) << 40);
}

TEST(Strata, BestFirstThenHash) {
  std::vector<Entrant> entrants = {
      {0, 7, 1.0, 5}, {1, -1, 2.0, 9}, {2, 7, 3.0, 9}, {3, 7, 1.0, 4}, {4, -1, 2.0, 9}};
  const auto strata = sort_into_strata(entrants);
  ASSERT_EQ(strata.size(), 2u);
  std::vector<int64_t> order;
  for (const Stratum stratum : strata) {
    for (const Entrant& entrant : stratum) order.push_back(entrant.candidate);
  }
  EXPECT_THAT(order, testing::ElementsAre(1, 4, 2, 3, 0));
  std::vector<Decision> decisions(5);
  keep_first(strata[1], 2, DropReason::kNotDrawn, decisions);
  EXPECT_EQ(decisions[0].reason, DropReason::kNotDrawn);
  EXPECT_DOUBLE_EQ(decisions[0].rank, 2.0 / 3);
  EXPECT_TRUE(decisions[2].kept() && decisions[3].kept());
}

TEST(Quality, RankWithinTheSource) {
  test::Pairs pairs;
  for (const double margin : {1.0, 2.0, 2.0, 40.0}) pairs.add("p", "a", "b", margin, "first");
  for (const double margin : {0.5, 0.1}) pairs.add("p", "a", "b", margin, "second");
  const auto candidates = pairs.list();
  EXPECT_THAT(SourceRankQuality().score(candidates),
              testing::ElementsAre(0.125, 0.5, 0.5, 0.875, 0.75, 0.25));
  EXPECT_THAT(MarginQuality().score(candidates), testing::ElementsAre(1, 2, 2, 40, 0.5, 0.1));
}

struct Mixture {
  test::Pairs pairs;
  std::vector<Decision> decisions;
};

Mixture mixture_of(const std::map<std::string, int>& counts) {
  Mixture mixture;
  for (const auto& [source, count] : counts) {
    for (int i = 0; i < count; ++i) {
      mixture.pairs.add("prompt" + std::to_string(i), "a", "b", 1, source);
      mixture.decisions.emplace_back().rank = static_cast<double>(i * 7 % count) / count;
    }
  }
  return mixture;
}

std::map<std::string, int> kept_counts(const Mixture& mixture) {
  std::map<std::string, int> counts;
  const auto candidates = mixture.pairs.list();
  for (const size_t i : test::kept_indices(mixture.decisions)) {
    ++counts[std::string(candidates[i].source)];
  }
  return counts;
}

TEST(Mixing, SubsampleGivesTheShares) {
  Mixture mixture = mixture_of({{"large", 1000}, {"small", 60}, {"unused", 5}});
  const MixingOptions options{MixingMode::kSubsample, {{"large", 3}, {"small", 1}, {"unused", 0}}};
  apply_mixing(mixture.pairs.list(), options, 1, mixture.decisions);
  EXPECT_THAT(kept_counts(mixture),
              testing::ElementsAre(testing::Pair("large", 180), testing::Pair("small", 60)));
  double worst = 0;  // the best ranks stay
  for (size_t i = 0; i < 1000; ++i) {
    if (mixture.decisions[i].kept()) worst = std::max(worst, mixture.decisions[i].rank);
  }
  EXPECT_DOUBLE_EQ(worst, 0.179);
}

TEST(Mixing, WeightsGiveTheSharesAndMeanOne) {
  Mixture mixture = mixture_of({{"large", 900}, {"small", 100}});
  const MixingOptions options{MixingMode::kWeight, {{"large", 1}, {"small", 1}}};
  const auto candidates = mixture.pairs.list();
  apply_mixing(candidates, options, 1, mixture.decisions);
  std::map<std::string_view, double> sums;
  for (size_t i = 0; i < candidates.size(); ++i) {
    EXPECT_TRUE(mixture.decisions[i].kept());
    sums[candidates[i].source] += mixture.decisions[i].weight;
  }
  EXPECT_NEAR(sums["large"], 500, 1e-9);
  EXPECT_NEAR(sums["small"], 500, 1e-9);
}

TEST(Mixing, Errors) {
  Mixture mixture = mixture_of({{"a", 2}, {"b", 2}});
  const auto apply = [&](const MixingOptions& options) {
    return test::error_of(
        [&] { apply_mixing(mixture.pairs.list(), options, 1, mixture.decisions); });
  };
  EXPECT_THAT(apply({MixingMode::kWeight, {{"a", 1}}}), testing::HasSubstr("source \"b\""));
  EXPECT_THAT(apply({MixingMode::kWeight, {{"a", 0}, {"b", 0}}}), testing::HasSubstr("share 0"));
  EXPECT_EQ(apply({MixingMode::kOff, {}}), "no error");
  EXPECT_EQ(problems_of({MixingMode::kSubsample, {{"a", -1}, {"b", NAN}}}, "m").size(), 2u);
  EXPECT_EQ(problems_of(MixingOptions{MixingMode::kSubsample, {}}, "m").size(), 1u);
}

}  // namespace
}  // namespace braid
