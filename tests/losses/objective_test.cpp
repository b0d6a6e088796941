// The objective: value against the formula, accumulation, empty parts, metrics.
#include "losses/objective.h"

#include <gmock/gmock.h>

#include <cmath>
#include <map>

#include "tests/losses/support.h"

namespace braid {
namespace {

using test::difference;
using test::error_of;
using ::testing::AllOf;
using ::testing::HasSubstr;

ObjectiveConfig both_losses() {
  ObjectiveConfig config;
  config.preference.beta = 0.3;
  config.preference_weight = 0.8;
  config.sft_weight = 0.4;
  return config;
}

// Pairs on branches (0, 1), (2, 3), ..., then demonstrations. `from` and `count` cut out a
// micro-batch.
struct Step {
  at::Tensor sums, reference, lengths, margins, weights;
  int64_t pairs, demonstrations;

  Step(int64_t pairs, int64_t demonstrations) : pairs(pairs), demonstrations(demonstrations) {
    const int64_t branches = 2 * pairs + demonstrations;
    lengths = at::randint(1, 30, {branches}, at::kDouble);
    sums = -lengths * (at::rand({branches}, at::kDouble) + 0.1);
    reference = sums + test::random_normal({branches});
    margins = at::rand({pairs}, at::kDouble);
    weights = at::rand({pairs}, at::kDouble) + 0.5;
  }

  ObjectiveInput input(const at::Tensor& policy) const {
    const at::Tensor first = at::arange(pairs) * 2;
    return {
        policy,    lengths, reference, first,
        first + 1, margins, weights,   at::cat({first, at::arange(demonstrations) + 2 * pairs})};
  }

  StepTotals totals() const {
    const at::Tensor answers = input(sums).sft_branches;
    return {weights.sum().item<double>(), lengths.index_select(0, answers).sum().item<double>()};
  }
};

// The first branches and pairs of `step`, or what is left after them.
Step part(const Step& step, int64_t pair, int64_t pairs, int64_t demonstration,
          int64_t demonstrations) {
  Step result(pairs, demonstrations);
  const auto cut = [&](const at::Tensor& values) {
    return at::cat({values.slice(0, 2 * pair, 2 * (pair + pairs)),
                    values.slice(0, 2 * step.pairs + demonstration,
                                 2 * step.pairs + demonstration + demonstrations)});
  };
  result.sums = cut(step.sums);
  result.reference = cut(step.reference);
  result.lengths = cut(step.lengths);
  result.margins = step.margins.slice(0, pair, pair + pairs);
  result.weights = step.weights.slice(0, pair, pair + pairs);
  return result;
}

using ObjectiveTest = test::LossTest;

TEST_F(ObjectiveTest, IsTheWeightedSumOfBothLosses) {
  const Step step(3, 2);
  const ObjectiveConfig config = both_losses();
  const double loss = objective(config, step.input(step.sums), step.totals()).loss.item<double>();
  double preference = 0, nll = 0, weight = 0, tokens = 0;
  const auto at = [](const at::Tensor& values, int64_t i) { return values[i].item<double>(); };
  for (int64_t i = 0; i < 3; ++i) {
    const auto ratio = [&](int64_t branch) {
      return at(step.sums, branch) - at(step.reference, branch);
    };
    preference +=
        at(step.weights, i) * std::log1p(std::exp(-0.3 * (ratio(2 * i) - ratio(2 * i + 1))));
    weight += at(step.weights, i);
  }
  for (const int64_t branch : {0, 2, 4, 6, 7}) {
    nll -= at(step.sums, branch);
    tokens += at(step.lengths, branch);
  }
  EXPECT_NEAR(loss, 0.8 * preference / weight + 0.4 * nll / tokens, 1e-13);
}

TEST_F(ObjectiveTest, GradientMatchesFiniteDifferences) {
  const Step step(4, 3);
  const auto function = [&](const at::Tensor& x) {
    return objective(both_losses(), step.input(x), step.totals()).loss;
  };
  EXPECT_LT(difference(test::gradient(function, step.sums),
                       test::numerical_gradient(function, step.sums)),
            1e-8);
}

// k micro-batches = one batch, in loss, gradient and metrics; one part has no demonstrations, one
// no pairs.
TEST_F(ObjectiveTest, AccumulationChangesNothing) {
  const Step step(7, 4);
  const ObjectiveConfig config = both_losses();
  const StepTotals totals = step.totals();
  const auto whole = [&](const at::Tensor& x) {
    return objective(config, step.input(x), totals).loss;
  };
  const at::Tensor slope = test::gradient(whole, step.sums);
  const ObjectiveOutput all = objective(config, step.input(step.sums), totals);
  double loss = 0;
  at::Tensor sums = at::zeros_like(all.sums), pair_slopes = at::empty({0}, at::kDouble),
             other_slopes = pair_slopes;
  for (const Step& micro :
       {part(step, 0, 3, 0, 1), part(step, 3, 4, 1, 0), part(step, 7, 0, 1, 3)}) {
    const ObjectiveOutput output = objective(config, micro.input(micro.sums), totals);
    loss += output.loss.item<double>();
    sums += output.sums;
    const at::Tensor own = test::gradient(
        [&](const at::Tensor& x) { return objective(config, micro.input(x), totals).loss; },
        micro.sums);
    pair_slopes = at::cat({pair_slopes, own.slice(0, 0, 2 * micro.pairs)});
    other_slopes = at::cat({other_slopes, own.slice(0, 2 * micro.pairs)});
  }
  EXPECT_NEAR(loss, all.loss.item<double>(), 1e-12);
  EXPECT_LT(difference(at::cat({pair_slopes, other_slopes}), slope), 1e-12);
  EXPECT_LT(difference(sums, all.sums), 1e-12 * all.sums.abs().max().item<double>());
}

TEST_F(ObjectiveTest, LossIsDifferentiableWhateverIsEmpty) {
  struct Case {
    int64_t pairs, demonstrations;
    double preference_weight, sft_weight;
  };
  for (const Case& c : {Case{0, 3, 1, 0.5}, Case{0, 3, 1, 0}, Case{3, 0, 1, 0}, Case{3, 0, 0, 1},
                        Case{0, 0, 1, 1}}) {
    const Step step(c.pairs, c.demonstrations);
    ObjectiveConfig config = both_losses();
    config.preference_weight = c.preference_weight;
    config.sft_weight = c.sft_weight;
    ObjectiveInput input = step.input(step.sums.clone().requires_grad_(true));
    if (c.pairs == 0 || c.preference_weight == 0) input.reference_sums = at::Tensor();
    const ObjectiveOutput output = objective(config, input, step.totals());
    const at::Tensor slope = torch::autograd::grad({output.loss}, {input.branch_sums})[0];
    EXPECT_TRUE(slope.isfinite().all().item<bool>());
    const bool learns = (c.pairs > 0 && c.preference_weight > 0) ||
                        (c.pairs + c.demonstrations > 0 && c.sft_weight > 0);
    EXPECT_EQ(learns, slope.abs().sum().item<double>() > 0);
    EXPECT_TRUE(output.sums.isfinite().all().item<bool>());
    EXPECT_FALSE(output.sums.requires_grad());
  }
}

TEST_F(ObjectiveTest, MetricsAreMeansUnderTrlNames) {
  Step step(4, 1);
  step.sums = at::tensor({-2, -5, -3, -3, -4, -2, -1, -9, -6}, at::kDouble);
  step.reference = at::tensor({-3, -4, -3, -3, -3, -3, -2, -8, -6}, at::kDouble);
  const ObjectiveConfig config = both_losses();
  const ObjectiveOutput output = objective(config, step.input(step.sums), step.totals());
  const auto list = objective_metrics(config, output.sums);
  const std::map<std::string, double> metrics(list.begin(), list.end());
  EXPECT_NEAR(metrics.at("loss"), output.loss.item<double>(), 1e-12);
  EXPECT_NEAR(metrics.at("loss"),
              0.8 * metrics.at("loss/preference") + 0.4 * metrics.at("loss/sft"), 1e-12);
  EXPECT_NEAR(metrics.at("rewards/chosen"), 0.3 * (1 + 0 - 1 + 1) / 4, 1e-12);
  EXPECT_NEAR(metrics.at("rewards/rejected"), 0.3 * (-1 + 0 + 1 - 1) / 4, 1e-12);
  EXPECT_NEAR(metrics.at("rewards/margins"), 0.3 * (2 + 0 - 2 + 2) / 4, 1e-12);
  EXPECT_EQ(metrics.at("rewards/accuracies"), (1 + 0.5 + 0 + 1) / 4);  // the tie counts half
  EXPECT_EQ(metrics.at("logps/chosen"), -2.5);
  EXPECT_EQ(metrics.at("logps/rejected"), -4.75);
  EXPECT_EQ(list.front().first, "loss");
}

TEST_F(ObjectiveTest, MetricsWithoutItemsAreLeftOut) {
  const auto names = [](const ObjectiveConfig& config, const Step& step) {
    std::string result;
    const ObjectiveOutput output = objective(config, step.input(step.sums), step.totals());
    for (const auto& [name, value] : objective_metrics(config, output.sums)) {
      EXPECT_TRUE(std::isfinite(value)) << name;
      result += name + " ";
    }
    return result;
  };
  ObjectiveConfig config = both_losses();
  EXPECT_EQ(names(config, Step(0, 2)), "loss loss/sft ");
  config.preference_weight = 0;
  EXPECT_EQ(names(config, Step(2, 0)), "loss loss/sft logps/chosen logps/rejected ");
}

TEST_F(ObjectiveTest, StartValueIsLogTwo) {
  Step step(5, 0);
  step.reference = step.sums;
  ObjectiveConfig config;
  EXPECT_NEAR(objective(config, step.input(step.sums), step.totals()).loss.item<double>(),
              std::log(2.0), 1e-12);
}

TEST(ObjectiveConfigTest, Validation) {
  ObjectiveConfig config;
  EXPECT_NO_THROW(config.validate());
  config.preference_weight = 0;
  EXPECT_THAT(error_of([&] { config.validate(); }), HasSubstr("both 0"));
  config.sft_weight = -1;
  config.preference.beta = 0;
  EXPECT_THAT(error_of([&] { config.validate(); }),
              AllOf(HasSubstr("train.sft_weight: -1"), HasSubstr("loss.beta: 0")));
}

TEST(ObjectiveConfigTest, NeedsAReferenceOnlyForWeightedLossesThatHaveOne) {
  ObjectiveConfig config;
  EXPECT_TRUE(config.needs_reference());
  config.preference_weight = 0;
  EXPECT_FALSE(config.needs_reference());
  config.preference_weight = 1;
  config.preference.kind = PreferenceKind::kSimpo;
  EXPECT_FALSE(config.needs_reference());
}

}  // namespace
}  // namespace braid
