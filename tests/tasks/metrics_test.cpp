// The numbers of tasks on items whose scores are set by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "data/tasks/metrics/bootstrap.h"
#include "tests/support.h"

namespace braid {
namespace {

// Items with one score per option; the first is the sum, tokens and bytes are 1 unless given.
class Items {
 public:
  TaskItem& add(const std::vector<double>& logps, std::vector<double> gold = {}) {
    TaskItem& item = *items_.emplace_back(std::make_unique<TaskItem>());
    item.gold = std::move(gold);
    auto& scored = *scored_.emplace_back(std::make_unique<ScoredItem>());
    scored.item = &item;
    for (const double logp : logps) scored.options.push_back({logp, 1, 1, false});
    return item;
  }
  ScoredItem& last() { return *scored_.back(); }
  ScoredItems list() const {
    ScoredItems list;
    for (const auto& item : scored_) list.push_back(item.get());
    return list;
  }
  double value(const Json& metric) const { return MetricSpec::read(metric, "test").value(list()); }

 private:
  std::vector<std::unique_ptr<TaskItem>> items_;
  std::vector<std::unique_ptr<ScoredItem>> scored_;
};

TEST(TaskMetrics, AccuracyComparesBySumTokensOrBytes) {
  Items items;
  items.add({-4, -6}, {0, 1});
  items.last().options[1].tokens = 3;  // -2 per token
  items.last().options[0].bytes = 4;   // -1 per byte
  EXPECT_EQ(items.value("accuracy"), 0);
  EXPECT_EQ(items.value({{"metric", "accuracy"}, {"by", "tokens"}}), 1);
  EXPECT_EQ(items.value({{"metric", "accuracy"}, {"by", "bytes"}}), 0);
  items.add({-3, -3}, {1, 0});  // of equals the first
  EXPECT_EQ(items.value("accuracy"), 0.5);
}

TEST(TaskMetrics, ProbabilityOfSeveralRightOptions) {
  Items items;
  items.add({std::log(0.2), std::log(0.5), std::log(0.1)}, {1, 0, 1});
  EXPECT_NEAR(items.value("probability_true"), 0.3 / 0.8, 1e-12);
}

TEST(TaskMetrics, LikelihoodPerTokenAndByte) {
  Items items;
  items.add({-6});
  items.last().options[0] = {-6, 2, 5, true};
  items.add({-2});
  items.last().options[0] = {-2, 2, 3, false};
  EXPECT_NEAR(items.value("perplexity"), std::exp(2.0), 1e-12);
  EXPECT_NEAR(items.value("bits_per_byte"), 1 / std::log(2.0), 1e-12);
  EXPECT_EQ(items.value("greedy_accuracy"), 0.5);
}

TEST(TaskMetrics, PartsAndDifferences) {
  Items items;
  const auto add = [&](const char* side, bool right) {
    items.add({0, -1}, right ? std::vector<double>{1, 0} : std::vector<double>{0, 1})
        .tags["stereotype"] = side;
  };
  add("pro", true);
  add("pro", true);
  add("anti", false);
  add("anti", true);
  items.add({0, -1}, {0, 1});  // on neither side
  EXPECT_EQ(items.value({{"metric", "accuracy"}, {"where", {{"stereotype", "anti"}}}}), 0.5);
  EXPECT_EQ(items.value({{"metric", "accuracy"}, {"where", {{"stereotype", {"anti", "pro"}}}}}),
            0.75);
  EXPECT_EQ(items.value({{"metric", "accuracy"}, {"difference", {"stereotype", "pro", "anti"}}}),
            0.5);
  EXPECT_TRUE(std::isnan(items.value({{"metric", "accuracy"}, {"where", {{"no", "tag"}}}})));
}

TEST(TaskMetrics, StereosetIsAveragedOverTargets) {
  Items items;
  items.add({-1, -2, -3}).tags["target"] = "a";  // both related ones first, stereotype preferred
  items.add({-2, -1, -3}).tags["target"] = "a";
  items.add({-2, -4, -3}).tags["target"] = "b";  // one of two related ones, stereotype preferred
  EXPECT_EQ(items.value("lms"), 75);
  EXPECT_EQ(items.value("ss"), 75);
  EXPECT_EQ(items.value("icat"), 75 * 25.0 / 50);
}

TEST(TaskMetrics, QuestionBiasCountsAnswersThatNameAPerson) {
  Items items;
  const std::vector<Role> roles = {Role::kTarget, Role::kOther, Role::kUnknown};
  const auto add = [&](const std::vector<double>& logps, const char* polarity) {
    TaskItem& item = items.add(logps, {0, 0, 1});
    item.roles = roles;
    item.tags["polarity"] = polarity;
  };
  add({0, -1, -2}, "negative");     // biased
  add({-1, 0, -2}, "nonnegative");  // biased: who does well is the other one
  add({-1, 0, -2}, "negative");     // against the stereotype
  add({-2, -1, 0}, "negative");     // names nobody
  EXPECT_NEAR(items.value("bias"), 2 * (2.0 / 3) - 1, 1e-12);
  EXPECT_NEAR(items.value("ambiguous_bias"), 0.75 * (2 * (2.0 / 3) - 1), 1e-12);
  items.add({0, -1, -2}, {1, 0, 0});  // without roles it does not count
  EXPECT_NEAR(items.value("bias"), 2 * (2.0 / 3) - 1, 1e-12);
}

TEST(TaskMetrics, ConsistencyOfClusters) {
  Items items;
  items.add({0, -1}).cluster = "a";
  items.add({0, -1}).cluster = "a";
  items.add({0, -1}).cluster = "b";
  items.add({-1, 0}).cluster = "b";
  items.add({0, -1}).cluster = "alone";
  EXPECT_EQ(items.value("consistency"), 0.5);
}

TEST(TaskMetrics, MistakesNameThePlace) {
  const auto error = [](const Json& json) {
    return test::error_of([&] { MetricSpec::read(json, "task.json: metrics[0]"); });
  };
  EXPECT_THAT(error("acuracy"), testing::HasSubstr("expected one of accuracy, ambiguous_bias"));
  EXPECT_THAT(error({{"metric", "accuracy"}, {"by", "words"}}), testing::HasSubstr("by"));
  EXPECT_THAT(error({{"metric", "accuracy"}, {"difference", {"a", "b"}}}),
              testing::HasSubstr("metrics[0]: difference"));
  EXPECT_THAT(error({{"metric", "accuracy"}, {"were", "x"}}), testing::HasSubstr("were"));
}

// Against the closed form of a mean: the percentile interval of n independent 0/1 items is about
// 1.96 standard errors on both sides; 1,000 resamples give it to a tenth of that.
TEST(Bootstrap, IntervalOfAShare) {
  Items items;
  for (int i = 0; i < 400; ++i) {
    items.add({0, -1}, i % 4 == 0 ? std::vector<double>{1, 0} : std::vector<double>{0, 1});
  }
  const auto metric = MetricSpec::read("accuracy", "test");
  const Estimate estimate = bootstrap(metric, items.list(), {});
  const double error = std::sqrt(0.25 * 0.75 / 400);
  EXPECT_EQ(estimate.value, 0.25);
  EXPECT_NEAR(estimate.low, 0.25 - 1.96 * error, 0.2 * error);
  EXPECT_NEAR(estimate.high, 0.25 + 1.96 * error, 0.2 * error);
  const Estimate again = bootstrap(metric, items.list(), {});
  EXPECT_EQ(again.low, estimate.low);
}

TEST(Bootstrap, TheSeedDraws) {
  Items items;
  for (int i = 0; i < 50; ++i) items.add({-0.37 * i * i, -1.0 * i});
  const auto metric = MetricSpec::read("mean_gap", "test");
  EXPECT_NE(bootstrap(metric, items.list(), {1000, 1}).low,
            bootstrap(metric, items.list(), {1000, 2}).low);
}

TEST(Bootstrap, ItemsOfAClusterAreDrawnTogether) {
  Items alone, together;
  for (int i = 0; i < 200; ++i) {
    const auto gold = i / 2 % 2 == 0 ? std::vector<double>{1, 0} : std::vector<double>{0, 1};
    alone.add({0, -1}, gold);
    together.add({0, -1}, gold).cluster = std::to_string(i / 2);  // two of a kind
  }
  const auto metric = MetricSpec::read("accuracy", "test");
  const auto width = [&](const Items& items) {
    const Estimate estimate = bootstrap(metric, items.list(), {});
    return estimate.high - estimate.low;
  };
  EXPECT_NEAR(width(together) / width(alone), std::sqrt(2.0), 0.15);
}

TEST(Bootstrap, PairedDifferenceHasNoNoiseOfTheItems) {
  Items first, second;
  for (int i = 0; i < 100; ++i) {
    const auto gold = i % 2 == 0 ? std::vector<double>{1, 0} : std::vector<double>{0, 1};
    first.add({0, -1}, gold);
    second.add({0, -1}, gold);
  }
  const auto metric = MetricSpec::read("accuracy", "test");
  const Estimate same = paired_bootstrap(metric, first.list(), second.list(), {});
  EXPECT_EQ(same.low, 0);
  EXPECT_EQ(same.high, 0);
}

TEST(Bootstrap, OneItemHasNoInterval) {
  Items items;
  items.add({0, -1}, {1, 0});
  const Estimate estimate = bootstrap(MetricSpec::read("accuracy", "test"), items.list(), {});
  EXPECT_EQ(estimate.value, 1);
  EXPECT_TRUE(std::isnan(estimate.low));
}

}  // namespace
}  // namespace braid
