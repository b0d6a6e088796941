// Pairing strategies on sets made here, against brute force where that is possible.
#include "data/feedback/pairing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "base/random.h"
#include "tests/support.h"

namespace braid {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ComparisonSet make_set(const std::vector<double>& utilities, uint64_t key = 1) {
  ComparisonSet set;
  set.prompt_key = key;
  for (size_t i = 0; i < utilities.size(); ++i) {
    Response response;
    response.text = "answer " + std::to_string(i);
    response.utility = utilities[i];
    response.ratings = {utilities[i]};
    set.responses.push_back(response);
  }
  return set;
}

std::vector<PreferencePair> pair(const ComparisonSet& set, const PairingOptions& options) {
  PairingReport report;
  return make_pairs({set}, {"axis"}, options, report);
}

PairingOptions with(PairingStrategy strategy, int64_t max_pairs = 16, double min_margin = 0) {
  PairingOptions options;
  options.strategy = strategy;
  options.max_pairs = max_pairs;
  options.min_margin = min_margin;
  return options;
}

using Sides = std::pair<uint32_t, uint32_t>;
std::vector<Sides> sides(const std::vector<PreferencePair>& pairs) {
  std::vector<Sides> result;
  for (const PreferencePair& pair : pairs) result.emplace_back(pair.chosen, pair.rejected);
  return result;
}

TEST(Pairing, LargestGapIsBestAgainstWorst) {
  const auto set = make_set({0.2, 0.9, 0.1, 0.5});
  for (const auto strategy : {PairingStrategy::kLargestGap, PairingStrategy::kBestVsWorst}) {
    const auto pairs = pair(set, with(strategy));
    EXPECT_THAT(sides(pairs), ElementsAre(Sides{1, 2}));
    EXPECT_EQ(pairs[0].margin, 0.9 - 0.1);
  }
}

TEST(Pairing, OneAxisLeavesOutResponsesWithoutIt) {
  ComparisonSet set = make_set({0.2, 0.9, 0.1});
  set.responses[1].ratings[0] = std::numeric_limits<double>::quiet_NaN();
  PairingOptions options;
  options.axis = "axis";
  EXPECT_THAT(sides(pair(set, options)), ElementsAre(Sides{0, 2}));
  set.responses[0].ratings[0] = std::numeric_limits<double>::quiet_NaN();
  PairingReport report;
  EXPECT_THAT(make_pairs({set}, {"axis"}, options, report), IsEmpty());
  EXPECT_EQ(report.without_pair, (Counts{{"not rated on the axis", 1}}));
}

TEST(Pairing, TiesNeverPair) {
  for (const auto strategy :
       {PairingStrategy::kLargestGap, PairingStrategy::kBestVsWorst, PairingStrategy::kBestVsRandom,
        PairingStrategy::kAllPairs, PairingStrategy::kAdjacent}) {
    PairingReport report;
    EXPECT_THAT(make_pairs({make_set({0.5, 0.5, 0.5})}, {"axis"}, with(strategy), report),
                IsEmpty());
    EXPECT_EQ(report.without_pair, (Counts{{"tie", 1}}));
    for (const PreferencePair& made : pair(make_set({0.5, 1, 0.5, 1, 0}), with(strategy))) {
      EXPECT_GT(made.margin, 0);
    }
  }
}

TEST(Pairing, SmallMarginsAreLeftOutAndCounted) {
  for (const auto strategy :
       {PairingStrategy::kLargestGap, PairingStrategy::kBestVsWorst, PairingStrategy::kBestVsRandom,
        PairingStrategy::kAllPairs, PairingStrategy::kAdjacent}) {
    PairingReport report;
    const auto set = make_set({0.5, 0.625, 0.75});
    EXPECT_THAT(make_pairs({set}, {"axis"}, with(strategy, 16, 0.5), report), IsEmpty());
    EXPECT_EQ(report.without_pair, (Counts{{"margin too small", 1}}));
  }
  EXPECT_THAT(sides(pair(make_set({0, 0.25, 0.5}), with(PairingStrategy::kAllPairs, 16, 0.5))),
              ElementsAre(Sides{2, 0}));
}

TEST(Pairing, BestAgainstRandomDrawsEveryWorseOne) {
  std::vector<int> drawn(5);
  for (uint64_t key = 0; key < 4000; ++key) {
    const auto pairs =
        pair(make_set({1, 1, 0.5, 0.25, 0}, key), with(PairingStrategy::kBestVsRandom));
    ASSERT_EQ(pairs.size(), 1u);
    ASSERT_LT(pairs[0].chosen, 2u);
    ++drawn[pairs[0].rejected];
  }
  EXPECT_EQ(drawn[0] + drawn[1], 0);
  for (int i = 2; i < 5; ++i) EXPECT_NEAR(drawn[static_cast<size_t>(i)], 4000 / 3.0, 150);
}

TEST(Pairing, AllPairsAreTheLargestGaps) {
  for (uint64_t trial = 0; trial < 300; ++trial) {
    const size_t count = 2 + random_below(trial, 0, 0, 9);
    std::vector<double> utilities;
    for (size_t i = 0; i < count; ++i) {
      utilities.push_back(static_cast<double>(random_below(trial, 1, i, 6)) / 5);
    }
    std::vector<double> gaps;
    for (const double one : utilities) {
      for (const double other : utilities) {
        if (one > other) gaps.push_back(one - other);
      }
    }
    std::sort(gaps.rbegin(), gaps.rend());
    const int64_t limit = 1 + static_cast<int64_t>(random_below(trial, 2, 0, 50));
    gaps.resize(std::min(gaps.size(), static_cast<size_t>(limit)));
    const auto pairs = pair(make_set(utilities), with(PairingStrategy::kAllPairs, limit));
    std::vector<double> found;
    std::vector<Sides> distinct = sides(pairs);
    for (const PreferencePair& made : pairs) {
      found.push_back(made.margin);
      ASSERT_EQ(made.margin, utilities[made.chosen] - utilities[made.rejected]);
    }
    std::sort(distinct.begin(), distinct.end());
    ASSERT_EQ(std::unique(distinct.begin(), distinct.end()), distinct.end());
    ASSERT_EQ(found, gaps);
  }
}

TEST(Pairing, AdjacentLevels) {
  EXPECT_THAT(sides(pair(make_set({0.5, 1, 0}), with(PairingStrategy::kAdjacent))),
              ElementsAre(Sides{1, 0}, Sides{0, 2}));
  EXPECT_EQ(pair(make_set({1, 1, 0.5, 0.5, 0}), with(PairingStrategy::kAdjacent)).size(), 2u);
  EXPECT_EQ(pair(make_set({1, 0.75, 0.5, 0}), with(PairingStrategy::kAdjacent, 2)).size(), 2u);
}

TEST(Pairing, LargeSetsStayCheap) {
  std::vector<double> utilities;
  for (size_t i = 0; i < 200000; ++i) utilities.push_back(random_unit(5, 0, i));
  const auto pairs = pair(make_set(utilities), with(PairingStrategy::kAllPairs, 4096));
  ASSERT_EQ(pairs.size(), 4096u);
  EXPECT_TRUE(std::is_sorted(pairs.begin(), pairs.end(),
                             [](const auto& a, const auto& b) { return a.margin > b.margin; }));
}

TEST(Pairing, EqualsAreChosenWithoutALeaning) {
  // Among equals neither the order of rows nor the alphabet decides: all are chosen about as often.
  std::vector<int> chosen(3);
  for (int trial = 0; trial < 3000; ++trial) {
    ComparisonSet set = make_set({1, 1, 1, 0});
    for (size_t i = 0; i < 4; ++i) {
      set.responses[i].text =
          std::string(1 + 4 * i, static_cast<char>('a' + i)) + std::to_string(trial);
    }
    ++chosen[pair(set, {})[0].chosen];
  }
  for (const int count : chosen) EXPECT_NEAR(count, 1000, 120);
}

TEST(Pairing, NamesWhatIsWrongInItsConfiguration) {
  const auto error = [](const std::string& config, size_t axes = 1) {
    std::vector<Axis> list(axes);
    for (size_t i = 0; i < axes; ++i) list[i].name = "axis" + std::to_string(i);
    const Json json = parse_json(config, "run.json");
    return test::error_of([&] { PairingOptions::read(ObjectReader(json, "run.json"), list); });
  };
  EXPECT_EQ(error("{}"), "no error");
  EXPECT_THAT(error("{}", 2),
              HasSubstr("run.json: axis: is missing; largest_gap looks at one axis"));
  EXPECT_EQ(error(R"({"axis":"axis1"})", 2), "no error");
  EXPECT_THAT(error(R"({"axis":"x"})"), HasSubstr("the source has no axis \"x\""));
  EXPECT_THAT(error(R"({"strategy":"best"})"), HasSubstr("unknown strategy \"best\""));
  EXPECT_THAT(error(R"({"strategy":"adjacent","axis":"axis0"})"), HasSubstr("only largest_gap"));
  EXPECT_THAT(error(R"({"min_margin":2})"), HasSubstr("from 0 to 1"));
  EXPECT_THAT(error(R"({"max_pairs":0})"), HasSubstr("expected 1 to 4096"));
  EXPECT_THAT(error(R"({"seed":-1})"), HasSubstr("expected 0 or more"));
  EXPECT_THAT(error(R"({"minmargin":0})"), HasSubstr("unknown key minmargin"));
}

}  // namespace
}  // namespace braid
