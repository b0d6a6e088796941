// Sets and texts that break what is not prepared for them.
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "data/selection/parallel.h"
#include "data/selection/select.h"
#include "tests/selection/made.h"
#include "tests/support.h"

namespace braid {
namespace {

SelectionConfig config_of(Strategy strategy) {
  SelectionConfig config;
  config.strategy = strategy;
  config.fraction = 0.5;
  config.ungraded = Ungraded::kDiversity;
  config.match_size = strategy == Strategy::kRandom || strategy == Strategy::kQualityOnly;
  return config;
}

constexpr Strategy kAll[] = {Strategy::kNone, Strategy::kRandom, Strategy::kQualityOnly,
                             Strategy::kDiversityOnly, Strategy::kQualityDiversity};

TEST(Hostile, EmptyAndSingle) {
  test::Pairs pairs;
  for (const Strategy strategy : kAll) {
    EXPECT_TRUE(select_pairs(pairs.list(), config_of(strategy)).decisions.empty());
  }
  pairs.add("one", "yes", "no");
  for (const Strategy strategy : kAll) {
    const auto decisions = select_pairs(pairs.list(), config_of(strategy)).decisions;
    EXPECT_TRUE(decisions.at(0).kept()) << name_of(strategy);
  }
}

TEST(Hostile, NothingSurvivesHygiene) {
  test::Pairs pairs;
  for (int i = 0; i < 5; ++i) pairs.add("", "yes", "no");
  for (const Strategy strategy : kAll) {
    SelectionConfig config = config_of(strategy);
    config.mixing = {MixingMode::kWeight, {{"other", 1}}};
    const auto counts = count_reasons(select_pairs(pairs.list(), config).decisions);
    EXPECT_EQ(counts[static_cast<size_t>(DropReason::kEmptyPrompt)], 5);
  }
}

TEST(Hostile, AllPromptsEqualAndMoreClustersThanPrompts) {
  test::Pairs pairs;
  for (int i = 0; i < 30; ++i) pairs.add("the same", "yes " + std::to_string(i), "no", i);
  for (const Strategy strategy : kAll) {
    SelectionConfig config = config_of(strategy);
    config.clusters = 1000;
    const auto kept = test::kept_indices(select_pairs(pairs.list(), config).decisions);
    EXPECT_EQ(kept.size(), strategy == Strategy::kNone ? 30u : 15u) << name_of(strategy);
  }
}

TEST(Hostile, PromptsWithoutWords) {
  test::Pairs pairs;
  for (int i = 1; i < 30; ++i) pairs.add(std::string(static_cast<size_t>(i), '?'), "yes", "no");
  const Selection selection = select_pairs(pairs.list(), config_of(Strategy::kQualityDiversity));
  EXPECT_EQ(selection.centres.rows, 1) << "they all embed to zero";
  EXPECT_EQ(test::kept_indices(selection.decisions).size(), 15u);
}

TEST(Hostile, BadNumbers) {
  for (const double margin : {NAN, INFINITY, -INFINITY}) {
    test::Pairs pairs;
    pairs.add("one", "yes", "no", margin);
    EXPECT_THROW(select_pairs(pairs.list(), {}), Error);
  }
  test::Pairs pairs;
  for (const double margin : {1e308, -1e308, 0.0, -0.0, 5e-324}) {
    pairs.add("prompt " + std::to_string(margin), "yes", "no", margin);
  }
  const auto decisions = select_pairs(pairs.list(), config_of(Strategy::kQualityOnly)).decisions;
  EXPECT_TRUE(decisions[0].kept());
  EXPECT_FALSE(decisions[1].kept());
}

TEST(Hostile, BytesThatAreNoText) {
  test::Pairs pairs;
  for (uint64_t i = 0; i < 300; ++i) {
    std::string bytes;
    for (uint64_t j = 0; j < 40; ++j) bytes += static_cast<char>(random_bits(1, i, j));
    pairs.add(bytes, bytes.substr(0, 20), bytes.substr(20));
  }
  SelectionConfig config = config_of(Strategy::kQualityDiversity);
  config.hygiene.limits.max_controls = 1000;
  const auto candidates = pairs.list();
  const std::vector<std::string_view> evaluation = {candidates[0].chosen, candidates[1].prompt};
  EXPECT_GT(test::kept_indices(select_pairs(candidates, config, evaluation).decisions).size(), 99u);
}

// Work per text is bounded: these would take minutes otherwise.
TEST(Hostile, VeryLongTexts) {
  test::Pairs pairs;
  std::string words, symbols, letters(4 << 20, 'x');
  while (words.size() < (4 << 20)) words += "word" + std::to_string(words.size()) + " ";
  while (symbols.size() < (4 << 20)) symbols += "+-";
  pairs.add(words, symbols, letters);
  pairs.add(letters, words, symbols);
  pairs.add(symbols, letters, words);
  SelectionConfig config = config_of(Strategy::kQualityDiversity);
  EXPECT_TRUE(test::kept_indices(select_pairs(pairs.list(), config).decisions).empty());
  config.hygiene.limits = {0, 0, 0, 0};
  config.fraction = 1;
  const std::vector<std::string_view> evaluation = {words};
  const auto decisions = select_pairs(pairs.list(), config, evaluation).decisions;
  EXPECT_EQ(decisions[0].reason, DropReason::kEvaluationLeak);
  EXPECT_TRUE(decisions[1].kept() && decisions[2].kept());
}

// Thousands of texts that share most shingles without being duplicates: the worst case for bands.
TEST(Hostile, CrowdedBuckets) {
  const std::string frame = test::made_text(3, 1, 60, 1000);
  test::Pairs pairs;
  for (uint64_t i = 0; i < 3000; ++i) {
    pairs.add(frame + " " + test::made_text(4, i, 24, 100000), "yes", "no");
  }
  EXPECT_EQ(
      test::kept_indices(select_pairs(pairs.list(), config_of(Strategy::kNone)).decisions).size(),
      3000u);
}

TEST(Hostile, ExceptionsLeaveTheThreads) {
  EXPECT_THROW(for_blocks(1000, 1, 4,
                          [](int64_t begin, int64_t) {
                            if (begin == 500) throw std::runtime_error("inside");
                          }),
               std::runtime_error);
  for_blocks(0, 7, 4, [](int64_t, int64_t) { FAIL() << "there is nothing to do"; });
}

}  // namespace
}  // namespace braid
