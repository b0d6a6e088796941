// The whole selection: equal to a plain reference, and its properties.
#include "data/selection/select.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/json.h"
#include "data/selection/strata.h"
#include "tests/selection/made.h"
#include "tests/support.h"

namespace braid {
namespace {

constexpr double kFractions[] = {0.2, 0.4, 0.6, 1.0};
constexpr Strategy kStrategies[] = {Strategy::kRandom, Strategy::kQualityOnly,
                                    Strategy::kDiversityOnly, Strategy::kQualityDiversity};

class GoldenSelection : public testing::Test {
 protected:
  GoldenSelection() : golden(read_json_file(test::golden_path("selection.json"))["whole"]) {
    for (const Json& row : golden["records"]) {
      Candidate& added =
          pairs.add(row["prompt"], row["chosen"], row["rejected"], row["margin"], row["source"]);
      added.graded = row["graded"];
    }
    candidates = pairs.list();
    config.seed = golden["seed"];
    config.clusters = golden["clusters"];
    config.kmeans.restarts = golden["restarts"];
    config.kmeans.tolerance = 0;
    config.embedder.dimensions = golden["dimensions"];
    config.ungraded = Ungraded::kDiversity;
  }

  Json golden;
  test::Pairs pairs;
  std::vector<Candidate> candidates;
  SelectionConfig config;
};

TEST_F(GoldenSelection, Embeddings) {
  std::vector<std::string_view> prompts;
  for (const Candidate& candidate : candidates) prompts.push_back(candidate.prompt);
  const Matrix rows = HashedEmbedder(config.embedder).embed(prompts);
  for (const auto& [index, values] : golden["embeddings"].items()) {
    const auto row = rows.row(std::stoll(index));
    ASSERT_EQ(values.size(), row.size());
    for (size_t d = 0; d < row.size(); ++d) {
      EXPECT_NEAR(row[d], values[d].get<double>(), 1e-6) << index << " " << d;
    }
  }
}

TEST_F(GoldenSelection, ClustersAndKeptSetsAreEqual) {
  for (const Strategy strategy : kStrategies) {
    for (const double fraction : kFractions) {
      config.strategy = strategy;
      config.fraction = fraction;
      config.ungraded = strategy == Strategy::kQualityOnly ? Ungraded::kKeep : Ungraded::kDiversity;
      const Selection selection = select_pairs(candidates, config);
      const auto expected =
          golden["kept"][std::string(name_of(strategy))][fmt::format("{:.1f}", fraction)];
      EXPECT_EQ(test::kept_indices(selection.decisions), expected.get<std::vector<size_t>>())
          << name_of(strategy) << " " << fraction;
      if (strategy != Strategy::kQualityDiversity) continue;
      for (size_t i = 0; i < candidates.size(); ++i) {
        ASSERT_EQ(selection.decisions[i].cluster, golden["labels"][i].get<int32_t>()) << i;
      }
      EXPECT_NEAR(selection.inertia, golden["inertia"].get<double>(), 1e-4);
    }
  }
}

SelectionConfig small_config(Strategy strategy, double fraction) {
  SelectionConfig config;
  config.strategy = strategy;
  config.fraction = fraction;
  config.clusters = 12;
  config.seed = 5;
  config.ungraded = Ungraded::kDiversity;
  config.kmeans.restarts = 1;
  config.embedder.dimensions = 64;
  return config;
}

TEST(Select, CountsPerClusterAreTheRule) {
  const test::Pairs pairs = test::made_pairs(900);
  const auto candidates = pairs.list();
  for (const double fraction : kFractions) {
    const auto decisions =
        select_pairs(candidates, small_config(Strategy::kQualityDiversity, fraction)).decisions;
    std::map<std::pair<int32_t, bool>, std::pair<int64_t, int64_t>> strata;  // all, kept
    std::map<int32_t, std::pair<double, double>> margins;  // smallest kept, largest dropped
    for (size_t i = 0; i < decisions.size(); ++i) {
      const Decision& decision = decisions[i];
      if (decision.cluster < 0) continue;
      auto& [all, kept] = strata[{decision.cluster, candidates[i].graded}];
      ++all;
      kept += decision.kept();
      if (!candidates[i].graded) continue;
      auto& [smallest, largest] = margins.try_emplace(decision.cluster, 1e9, -1e9).first->second;
      if (decision.kept()) smallest = std::min(smallest, candidates[i].margin);
      if (!decision.kept()) largest = std::max(largest, candidates[i].margin);
    }
    ASSERT_GT(strata.size(), 12u);
    for (const auto& [stratum, counts] : strata) {
      EXPECT_EQ(counts.second, keep_count(fraction, counts.first));
      EXPECT_GE(counts.second, 1);
    }
    for (const auto& [cluster, bounds] : margins) EXPECT_GE(bounds.first, bounds.second);
  }
}

TEST(Select, KeptSetsAreNested) {
  const test::Pairs pairs = test::made_pairs(400);
  for (const Strategy strategy : kStrategies) {
    for (const bool mixed : {false, true}) {
      std::set<size_t> smaller;
      for (const double fraction : {0.05, 0.1, 0.2, 0.35, 0.4, 0.6, 0.65, 0.9, 1.0}) {
        SelectionConfig config = small_config(strategy, fraction);
        if (mixed) {
          config.mixing = {MixingMode::kSubsample, {{"plain", 1}, {"stars", 2}, {"votes", 1}}};
        }
        config.match_size = strategy == Strategy::kRandom || strategy == Strategy::kQualityOnly;
        const auto kept = test::kept_indices(select_pairs(pairs.list(), config).decisions);
        const std::set<size_t> larger(kept.begin(), kept.end());
        EXPECT_TRUE(std::includes(larger.begin(), larger.end(), smaller.begin(), smaller.end()))
            << name_of(strategy) << " at " << fraction;
        EXPECT_GE(larger.size(), smaller.size());
        smaller = larger;
      }
    }
  }
}

TEST(Select, RankTellsEveryFraction) {
  const test::Pairs pairs = test::made_pairs(600);
  for (const Strategy strategy : kStrategies) {
    const auto all = select_pairs(pairs.list(), small_config(strategy, 1.0)).decisions;
    for (const double fraction : {0.2, 0.35, 0.6}) {
      const auto some = select_pairs(pairs.list(), small_config(strategy, fraction)).decisions;
      for (size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(some[i].kept(), all[i].kept() && all[i].rank < fraction - 1e-12);
      }
    }
  }
}

// What happens to a record, without its place.
std::multiset<std::string> outcomes(const std::vector<Candidate>& candidates,
                                    const SelectionConfig& config) {
  const auto decisions = select_pairs(candidates, config).decisions;
  std::multiset<std::string> result;
  for (size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    const Decision& decision = decisions[i];
    result.insert(fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}", candidate.prompt, candidate.chosen,
                              candidate.source, candidate.margin, name_of(decision.reason),
                              decision.cluster, decision.rank, decision.distance, decision.weight));
  }
  return result;
}

TEST(Select, OrderAndThreadsChangeNothing) {
  test::Pairs pairs = test::made_pairs(700);
  for (int i = 0; i < 20; ++i) pairs.add("equal records", "yes", "no", 2);
  const auto candidates = pairs.list();
  for (const Strategy strategy : kStrategies) {
    SelectionConfig config = small_config(strategy, 0.4);
    config.mixing = {MixingMode::kWeight, {{"plain", 1}, {"stars", 2}, {"votes", 1}, {"made", 1}}};
    config.hygiene.exact_duplicates = strategy != Strategy::kQualityOnly;  // ties to the end
    config.threads = 1;
    const auto expected = outcomes(candidates, config);
    for (uint64_t round = 0; round < 2; ++round) {
      const auto order = random_permutation(4, round, static_cast<int64_t>(candidates.size()));
      std::vector<Candidate> shuffled;
      for (const int64_t i : order) shuffled.push_back(candidates[static_cast<size_t>(i)]);
      config.threads = 2 + static_cast<int>(round);
      EXPECT_EQ(outcomes(shuffled, config), expected) << name_of(strategy);
    }
  }
}

std::map<std::string_view, int64_t> kept_by_source(const std::vector<Candidate>& candidates,
                                                   const SelectionConfig& config) {
  std::map<std::string_view, int64_t> counts;
  for (const size_t i : test::kept_indices(select_pairs(candidates, config).decisions)) {
    ++counts[candidates[i].source];
  }
  return counts;
}

TEST(Select, ControlsHaveTheirSizes) {
  const test::Pairs pairs = test::made_pairs(900);
  const auto candidates = pairs.list();
  const auto all = kept_by_source(candidates, small_config(Strategy::kNone, 0.3));
  const auto method = kept_by_source(candidates, small_config(Strategy::kQualityDiversity, 0.3));
  EXPECT_EQ(kept_by_source(candidates, small_config(Strategy::kDiversityOnly, 0.3)).size(), 3u);
  SelectionConfig random = small_config(Strategy::kRandom, 0.3);
  for (const auto& [source, count] : kept_by_source(candidates, random)) {
    EXPECT_EQ(count, keep_count(0.3, all.at(source)));
  }
  random.match_size = true;
  EXPECT_EQ(kept_by_source(candidates, random), method);
  SelectionConfig quality = small_config(Strategy::kQualityOnly, 0.3);
  quality.match_size = true;
  EXPECT_EQ(kept_by_source(candidates, quality), method);
  for (const Strategy strategy : kStrategies) {
    SelectionConfig config = small_config(strategy, 0.3);
    config.ungraded = Ungraded::kKeep;
    EXPECT_EQ(kept_by_source(candidates, config).at("plain"), all.at("plain")) << name_of(strategy);
  }
}

TEST(Select, SeedsDrawDifferentRandomSets) {
  const test::Pairs pairs = test::made_pairs(600);
  SelectionConfig config = small_config(Strategy::kRandom, 0.5);
  const auto first = test::kept_indices(select_pairs(pairs.list(), config).decisions);
  config.seed = 6;
  EXPECT_NE(test::kept_indices(select_pairs(pairs.list(), config).decisions), first);
}

// Prompt length as quality, and one cluster per first letter.
class LengthQuality : public QualityScore {
 public:
  std::vector<double> score(std::span<const Candidate> candidates) const override {
    std::vector<double> scores;
    for (const Candidate& c : candidates) scores.push_back(static_cast<double>(c.prompt.size()));
    return scores;
  }
};

class LetterEmbedder : public PromptEmbedder {
 public:
  Matrix embed(std::span<const std::string_view> texts) const override {
    Matrix rows(static_cast<int64_t>(texts.size()), 26);
    for (size_t i = 0; i < texts.size(); ++i) {
      rows.row(static_cast<int64_t>(i))[static_cast<size_t>(texts[i][0] - 'a')] = 1;
    }
    return rows;
  }
};

TEST(Select, PartsCanBeReplaced) {
  test::Pairs pairs;
  for (const char* prompt : {"a1", "a22", "a333", "b1", "b22", "b333", "c"}) {
    pairs.add(prompt, "yes", "no");
  }
  SelectionConfig config = small_config(Strategy::kQualityDiversity, 0.3);
  config.clusters = 3;
  config.embedding = Embedding::kModel;
  config.quality = QualityScale::kIfd;
  const LetterEmbedder embedder;
  const LengthQuality quality;
  const auto decisions = select_pairs(pairs.list(), config, {}, {&embedder, &quality}).decisions;
  EXPECT_THAT(test::kept_indices(decisions), testing::ElementsAre(2, 5, 6));
  EXPECT_EQ(decisions[0].quality, 2);
}

TEST(Select, PairsOfOnePromptShareACluster) {
  test::Pairs pairs;
  for (int i = 0; i < 40; ++i) {
    const std::string prompt = test::made_text(1, static_cast<uint64_t>(i / 4), 10, 200);
    pairs.add(prompt, "yes" + std::to_string(i), "no", i);
  }
  const auto decisions =
      select_pairs(pairs.list(), small_config(Strategy::kQualityDiversity, 0.5)).decisions;
  for (size_t i = 0; i < decisions.size(); ++i) {
    EXPECT_EQ(decisions[i].cluster, decisions[i / 4 * 4].cluster);
  }
}

TEST(Select, EvaluationTextsAreLeftOut) {
  const test::Pairs pairs = test::made_pairs(50);
  const auto candidates = pairs.list();
  const std::vector<std::string_view> evaluation = {candidates[4].prompt};
  const auto decisions =
      select_pairs(candidates, small_config(Strategy::kNone, 1.0), evaluation).decisions;
  EXPECT_EQ(decisions[4].reason, DropReason::kEvaluationLeak);
  EXPECT_EQ(decisions[4].match, 0);
}

TEST(Select, Errors) {
  test::Pairs pairs;
  pairs.add("a", "b", "c", NAN, "so\nurce");
  SelectionConfig config;
  const auto error = [&] { return test::error_of([&] { select_pairs(pairs.list(), config); }); };
  EXPECT_THAT(error(),
              testing::HasSubstr("candidate 0 of source \"so\\x0aurce\": the margin is nan"));
  config.fraction = 0;
  config.clusters = -1;
  config.hygiene.leakage.threshold = 2;
  config.match_size = true;
  EXPECT_EQ(error(),
            "selection.fraction: 0 is not in (0, 1]; "
            "selection.clusters: -1 is not in [0, 65536]; 0 picks a number; "
            "selection.match_size: has no meaning with strategy quality_diversity; use random or "
            "quality_only; "
            "selection.hygiene.leakage.threshold: 2 is not in (0, 1]");
}

TEST(Select, ConfigurationIsRecordedByName) {
  SelectionConfig config;
  for (const Strategy strategy : kStrategies) {
    config.strategy = strategy;
    EXPECT_EQ(config.to_json()["strategy"], name_of(strategy));
  }
  EXPECT_EQ(name_of(Strategy::kQualityDiversity), "quality_diversity");
  SelectionConfig other = config;
  other.threads = 7;
  EXPECT_EQ(other.to_json(), config.to_json());
  other.hygiene.limits.max_answer = 9;
  EXPECT_NE(other.to_json(), config.to_json());
}

}  // namespace
}  // namespace braid
