// Held-out metrics by hand: rewards, accuracies, intervals, files and table.
#include "trainer/preference_evaluation.h"

#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/file.h"
#include "base/json.h"
#include "tests/trainer/tiny.h"
#include "trainer/evaluation_report.h"

namespace braid {
namespace {

using testing::HasSubstr;

// Two pairs around one demonstration. Chosen answers have 2 tokens, rejected ones 3.
std::vector<GroupTokens> three_groups() {
  auto groups = test::tiny_pairs(3, 30);
  groups[1].branches.resize(1);
  return groups;
}

PreferenceEvaluation example(PreferenceConfig config = {}) {
  //                      pair 0     demo   pair 2
  const auto policy = at::tensor(std::vector<float>{-4, -9, -100, -8, -6});
  const auto reference = at::tensor(std::vector<float>{-5, -7, -100, -6, -9});
  static const GroupStore store = make_store(three_groups());
  return evaluate_preferences(config, store.groups(), policy, reference);
}

TEST(PreferenceEvaluation, RewardsAndAccuracies) {
  const PreferenceEvaluation result = example();
  ASSERT_EQ(result.pairs.size(), 2U);
  // beta 0.1: pair 0 has rewards 0.1 and -0.2, pair 2 has -0.2 and 0.3. Float32 inputs.
  EXPECT_NEAR(result.pairs[0].chosen_reward, 0.1, 1e-7);
  EXPECT_NEAR(result.pairs[0].rejected_reward, -0.2, 1e-7);
  EXPECT_NEAR(result.chosen_reward, -0.05, 1e-7);
  EXPECT_NEAR(result.rejected_reward, 0.05, 1e-7);
  EXPECT_NEAR(result.margin, -0.1, 1e-7);
  EXPECT_NEAR(result.loss, (std::log1p(std::exp(-0.3)) + std::log1p(std::exp(0.5))) / 2, 1e-6);
  EXPECT_EQ(result.accuracy, 0.5);
  EXPECT_EQ(result.chosen_logp, -6);
  EXPECT_EQ(result.rejected_logp, -7.5);
  // Per token: -2 against -3, and -4 against -2.
  EXPECT_EQ(result.logp_accuracy, 0.5);
  EXPECT_EQ(result.pairs[1].group->where.line, 3);
}

TEST(PreferenceEvaluation, ThePolicyAgainstItselfIsHalfRight) {
  const GroupStore store = make_store(three_groups());
  const auto logps = at::tensor(std::vector<float>{-4, -9, -100, -8, -6});
  const auto result = evaluate_preferences({}, store.groups(), logps, logps);
  EXPECT_NEAR(result.loss, std::log(2.0), 1e-6);
  EXPECT_EQ(result.margin, 0);
  EXPECT_EQ(result.accuracy, 0.5);
}

TEST(PreferenceEvaluation, LossIsTheMeanByWeight) {
  auto groups = three_groups();
  groups[0].weight = 3;
  const GroupStore store = make_store(groups);
  const auto policy = at::tensor(std::vector<float>{-4, -9, -100, -8, -6});
  const auto reference = at::tensor(std::vector<float>{-5, -7, -100, -6, -9});
  const auto result = evaluate_preferences({}, store.groups(), policy, reference);
  EXPECT_NEAR(result.loss, (3 * std::log1p(std::exp(-0.3)) + std::log1p(std::exp(0.5))) / 4, 1e-6);
}

TEST(PreferenceEvaluation, ReferenceFreeLossesIgnoreTheReference) {
  PreferenceConfig config;
  config.kind = PreferenceKind::kSimpo;
  const PreferenceEvaluation result = example(config);
  // beta times the mean log-probability per token.
  EXPECT_NEAR(result.pairs[0].chosen_reward, -0.2, 1e-7);
  EXPECT_NEAR(result.pairs[0].rejected_reward, -0.3, 1e-7);
}

TEST(PreferenceEvaluation, WithoutPairsThereIsNothingToSay) {
  EXPECT_THAT(test::error_of([] {
                evaluate_preferences({}, {}, at::tensor(std::vector<float>{}),
                                     at::tensor(std::vector<float>{}));
              }),
              HasSubstr("no preference pairs"));
}

TEST(Wilson, KnownIntervals) {
  // Wilson 1927; values to the digits printed by R's binom.confint(method = "wilson").
  const auto near = [](std::pair<double, double> interval, double low, double high) {
    EXPECT_NEAR(interval.first, low, 5e-7);
    EXPECT_NEAR(interval.second, high, 5e-7);
  };
  near(wilson_interval(0, 10), 0.0, 0.2775328);
  near(wilson_interval(8, 10), 0.4901625, 0.9433178);
  near(wilson_interval(10, 10), 0.7224672, 1.0);
  near(wilson_interval(50, 100), 0.4038315, 0.5961685);
}

TEST(EvaluationReport, FilesHoldEveryPair) {
  const test::TemporaryDirectory directory;
  const auto target = directory.path() / "a" / "evaluation";
  write_evaluation(target, {{"reference", "base"}},
                   {{"base", "", "base", 0.5, example()}, {"adapter", "x", "f", 0, example()}});
  const Json document = read_json_file(target / "evaluation.json");
  EXPECT_EQ(document["reference"], "base");
  ASSERT_EQ(document["policies"].size(), 2U);
  const Json& base = document["policies"][0];
  EXPECT_EQ(base["eval_rewards/accuracies"], 0.5);
  EXPECT_EQ(base["eval_samples_per_second"], 4);
  EXPECT_EQ(base["pairs"], 2);
  EXPECT_NEAR(base["eval_logps/accuracies_95"][0].get<double>(), wilson_interval(1, 2).first,
              1e-12);
  std::istringstream lines(read_text_file(target / "pairs-adapter.jsonl"));
  std::vector<Json> pairs;
  for (std::string line; std::getline(lines, line);) pairs.push_back(parse_json(line, "pairs"));
  ASSERT_EQ(pairs.size(), 2U);
  EXPECT_EQ(pairs[0]["line"], 1);
  EXPECT_EQ(pairs[0]["correct"], 1);
  EXPECT_EQ(pairs[0]["chosen_tokens"], 2);
  EXPECT_EQ(pairs[1]["line"], 3);
  EXPECT_EQ(pairs[1]["correct"], 0);
  EXPECT_EQ(pairs[1]["logps_correct"], 0);
}

TEST(EvaluationReport, AFileInTheWayIsNamed) {
  const test::TemporaryDirectory directory;
  test::write_text(directory.path() / "evaluation", "");
  EXPECT_THAT(test::error_of([&] { write_evaluation(directory.path() / "evaluation", {}, {}); }),
              HasSubstr("evaluation: cannot create"));
}

TEST(EvaluationReport, ColumnsAreAligned) {
  const std::string table =
      evaluation_table({{"base", "", "base", 0, example()}, {"adapter", "", "f", 0, example()}});
  std::istringstream lines(table);
  std::vector<std::string> rows;
  for (std::string line; std::getline(lines, line);) rows.push_back(line);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].size(), rows[1].size());
  EXPECT_EQ(rows[1].size(), rows[2].size());
  EXPECT_THAT(rows[1], HasSubstr("50.0 % [9.5, 90.5]"));  // Wilson for 1 of 2
  EXPECT_THAT(rows[2], testing::StartsWith("adapter  "));
}

}  // namespace
}  // namespace braid
