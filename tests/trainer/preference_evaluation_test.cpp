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
  EXPECT_NEAR(result.all.chosen_reward, -0.05, 1e-7);
  EXPECT_NEAR(result.all.rejected_reward, 0.05, 1e-7);
  EXPECT_NEAR(result.all.margin, -0.1, 1e-7);
  EXPECT_NEAR(result.all.loss, (std::log1p(std::exp(-0.3)) + std::log1p(std::exp(0.5))) / 2, 1e-6);
  EXPECT_EQ(result.all.accuracy.value, 0.5);
  EXPECT_EQ(result.all.chosen_logp, -6);
  EXPECT_EQ(result.all.rejected_logp, -7.5);
  // Per token: -2 against -3, and -4 against -2.
  EXPECT_EQ(result.all.logp_accuracy.value, 0.5);
  EXPECT_EQ(result.pairs[1].group->where.line, 3);
}

TEST(PreferenceEvaluation, ThePolicyAgainstItselfIsHalfRight) {
  const GroupStore store = make_store(three_groups());
  const auto logps = at::tensor(std::vector<float>{-4, -9, -100, -8, -6});
  const auto result = evaluate_preferences({}, store.groups(), logps, logps);
  EXPECT_NEAR(result.all.loss, std::log(2.0), 1e-6);
  EXPECT_EQ(result.all.margin, 0);
  EXPECT_EQ(result.all.accuracy.value, 0.5);
}

TEST(PreferenceEvaluation, LossIsTheMeanByWeight) {
  auto groups = three_groups();
  groups[0].weight = 3;
  const GroupStore store = make_store(groups);
  const auto policy = at::tensor(std::vector<float>{-4, -9, -100, -8, -6});
  const auto reference = at::tensor(std::vector<float>{-5, -7, -100, -6, -9});
  const auto result = evaluate_preferences({}, store.groups(), policy, reference);
  EXPECT_NEAR(result.all.loss, (3 * std::log1p(std::exp(-0.3)) + std::log1p(std::exp(0.5))) / 4,
              1e-6);
}

// Two pairs of one source, the first right, and one right pair of another.
PreferenceEvaluation of_two_sources() {
  static const GroupStore store = [] {
    auto groups = test::tiny_pairs(3, 30);
    groups[0].source = groups[1].source = "ratings";
    groups[2].source = "edits";
    groups[1].weight = 3;
    return make_store(groups);
  }();
  const auto policy = at::tensor(std::vector<float>{-4, -9, -8, -6, -5, -9});
  const auto reference = at::tensor(std::vector<float>{-5, -7, -6, -9, -6, -9});
  return evaluate_preferences({}, store.groups(), policy, reference);
}

TEST(PreferenceEvaluation, SourcesHaveNumbersOfTheirOwn) {
  const PreferenceEvaluation result = of_two_sources();
  ASSERT_EQ(result.sources.size(), 2U);
  const PreferenceSummary& ratings = result.sources.at("ratings");
  EXPECT_EQ(ratings.pairs, 2);
  EXPECT_NEAR(ratings.loss, (std::log1p(std::exp(-0.3)) + 3 * std::log1p(std::exp(0.5))) / 4, 1e-6);
  EXPECT_NEAR(ratings.margin, -0.1, 1e-7);
  EXPECT_EQ(ratings.accuracy.value, 0.5);
  EXPECT_EQ(ratings.accuracy.low, wilson_interval(1, 2).first);
  const PreferenceSummary& edits = result.sources.at("edits");
  EXPECT_EQ(edits.pairs, 1);
  EXPECT_NEAR(edits.margin, 0.1, 1e-7);
  EXPECT_EQ(edits.accuracy.value, 1);
  EXPECT_EQ(edits.accuracy.high, wilson_interval(1, 1).second);
  EXPECT_EQ(edits.logp_accuracy.value, 1);  // -2.5 against -3 per token
  EXPECT_EQ(result.all.pairs, 3);
  EXPECT_NEAR(result.all.accuracy.value, 2.0 / 3, 1e-12);
  EXPECT_EQ(result.macro_accuracy(), 0.75);
  EXPECT_EQ(result.macro_logp_accuracy(), 0.75);
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
  EXPECT_EQ(pairs[1]["prompt"], prompt_key(three_groups()[2].prompt));
  EXPECT_NE(pairs[1]["chosen"], pairs[1]["rejected"]);
}

TEST(EvaluationReport, TwoPoliciesHaveADifference) {
  const test::TemporaryDirectory directory;
  PreferenceEvaluation worse = of_two_sources();
  for (PairResult& pair : worse.pairs) std::swap(pair.chosen_reward, pair.rejected_reward);
  const std::vector<PolicyEvaluation> policies = {{"base", "", "base", 1, of_two_sources()},
                                                  {"adapter", "x", "f", 1, worse}};
  EXPECT_EQ(policy_difference({policies[0]}, 0), std::nullopt);
  const auto difference = policy_difference(policies, 0);
  write_evaluation(directory.path(), Json::object(), policies, difference);
  // Right, wrong and right become wrong, right and wrong; log-probabilities stay.
  const Json document = read_json_file(directory.path() / "evaluation.json")["differences"];
  EXPECT_EQ(document["pairs"], 3);
  EXPECT_NEAR(document["eval_rewards/accuracies"]["value"].get<double>(), -1.0 / 3, 1e-12);
  EXPECT_EQ(document["eval_logps/accuracies"]["high"], 0.0);
  EXPECT_EQ(document["sources"]["edits"]["eval_rewards/accuracies"]["value"], -1.0);
  EXPECT_EQ(document["sources"]["ratings"]["eval_rewards/accuracies"]["value"], 0.0);
  const std::string table = evaluation_table(policies, difference);
  EXPECT_THAT(table, HasSubstr("\ndifference"));
  EXPECT_THAT(table, HasSubstr("-33.3 % ["));
}

TEST(EvaluationReport, SourcesStandUnderTheirPolicy) {
  const test::TemporaryDirectory directory;
  const std::vector<PolicyEvaluation> policies = {{"adapter", "x", "f", 1, of_two_sources()}};
  write_evaluation(directory.path(), Json::object(), policies);
  const Json policy = read_json_file(directory.path() / "evaluation.json")["policies"][0];
  EXPECT_EQ(policy["pairs"], 3);
  EXPECT_EQ(policy["sources"]["ratings"]["pairs"], 2);
  EXPECT_EQ(policy["sources"]["ratings"]["eval_rewards/accuracies"], 0.5);
  EXPECT_EQ(policy["sources"]["edits"]["eval_rewards/accuracies_95"][1],
            wilson_interval(1, 1).second);
  EXPECT_EQ(policy["macro"]["eval_rewards/accuracies"], 0.75);
  std::istringstream lines(evaluation_table(policies));
  std::vector<std::string> rows;
  for (std::string line; std::getline(lines, line);) rows.push_back(line);
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_THAT(rows[1], testing::StartsWith("adapter  "));
  EXPECT_THAT(rows[2], testing::StartsWith("  edits  "));
  EXPECT_THAT(rows[3], testing::StartsWith("  ratings  "));
  EXPECT_THAT(rows[4], AllOf(testing::StartsWith("  mean of sources"), HasSubstr("75.0 %")));
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
