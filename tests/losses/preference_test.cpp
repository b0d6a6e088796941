// Preference losses: golden values and gradients, finite differences, values at the reference,
// extremes, configuration.
#include "losses/preference.h"

#include <gmock/gmock.h>

#include <cmath>

#include "base/json.h"
#include "tests/losses/support.h"
#include "tests/support.h"

namespace braid {
namespace {

using test::difference;
using test::error_of;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<PreferenceKind> all_kinds() {
  std::vector<PreferenceKind> kinds;
  for (const std::string& name : preference_names()) kinds.push_back(parse_preference_kind(name));
  return kinds;
}

PreferenceConfig config_of(PreferenceKind kind, double beta = 0.3) {
  PreferenceConfig config;
  config.kind = kind;
  config.beta = beta;
  if (kind == PreferenceKind::kExo || kind == PreferenceKind::kRobust) config.label_smoothing = 0.1;
  return config;
}

// `policy` is [2, N]: chosen, rejected.
PreferenceInput input_of(const at::Tensor& policy, const at::Tensor& reference,
                         const at::Tensor& lengths, const at::Tensor& margins) {
  return {policy[0], policy[1], reference[0], reference[1], lengths[0], lengths[1], margins};
}

using PreferenceTest = test::LossTest;

at::Tensor numbers(const Json& list) {
  return at::tensor(list.get<std::vector<double>>(), at::kDouble);
}

at::Tensor column(const Json& pairs, const std::string& name) {
  std::vector<double> values;
  for (const Json& pair : pairs) values.push_back(pair.at(name).get<double>());
  return at::tensor(values, at::kDouble);
}

void expect_golden(const Json& pairs, const Json& golden, at::ScalarType type, double tolerance) {
  PreferenceConfig config;
  config.kind = parse_preference_kind(golden.at("kind").get<std::string>());
  config.beta = golden.at("beta").get<double>();
  config.label_smoothing = golden.at("label_smoothing").get<double>();
  config.gamma = golden.at("gamma").get<double>();
  config.margin_scale = golden.at("margin_scale").get<double>();
  config.validate();
  const auto get = [&](const std::string& name) { return column(pairs, name).to(type); };
  const at::Tensor policy =
      at::stack({get("policy_chosen"), get("policy_rejected")}).requires_grad_(true);
  const at::Tensor reference = at::stack({get("reference_chosen"), get("reference_rejected")});
  const at::Tensor lengths = at::stack({get("chosen_length"), get("rejected_length")});
  const PreferenceOutput output =
      preference_loss(config, input_of(policy, reference, lengths, get("margin")));
  const at::Tensor slope = torch::autograd::grad({output.losses.sum()}, {policy})[0];
  const auto close = [&](const at::Tensor& value, const char* name) {
    const at::Tensor expected = numbers(golden.at(name));
    const at::Tensor error =
        (value.detach().to(at::kDouble) - expected).abs() / (1 + expected.abs());
    EXPECT_LT(error.max().item<double>(), tolerance) << golden.at("kind") << " " << name;
  };
  close(output.losses, "losses");
  close(slope[0], "chosen_gradients");
  close(slope[1], "rejected_gradients");
  close(output.chosen_rewards, "chosen_rewards");
  close(output.rejected_rewards, "rejected_rewards");
}

TEST_F(PreferenceTest, MatchesTheGoldenNumbers) {
  const Json golden = read_json_file(test::golden_path("preference.json"));
  std::set<std::string> seen;
  for (const Json& one : golden.at("cases")) {
    // float64: the golden formulas in probabilities cancel a few digits. float32: log-probabilities
    // of size 100 have an ulp of 8e-6, and sppo and ipo square differences of them.
    expect_golden(golden.at("pairs"), one, at::kDouble, 1e-11);
    expect_golden(golden.at("pairs"), one, at::kFloat, 5e-5);
    seen.insert(one.at("kind").get<std::string>());
  }
  EXPECT_EQ(seen.size(), preference_names().size());
}

TEST_F(PreferenceTest, GradientsMatchFiniteDifferences) {
  const int64_t pairs = 6;
  const at::Tensor policy = -at::rand({2, pairs}, at::kDouble) * 20 - 0.1;
  const at::Tensor reference = policy + test::random_normal({2, pairs}) * 3;
  const at::Tensor lengths = at::randint(1, 9, {2, pairs}, at::kDouble),
                   margins = at::rand({pairs}, at::kDouble) * 3;
  const at::Tensor factors = test::random_normal({pairs});
  for (const PreferenceKind kind : all_kinds()) {
    const auto function = [&](const at::Tensor& x) {
      return (preference_loss(config_of(kind), input_of(x, reference, lengths, margins)).losses *
              factors)
          .sum();
    };
    // 1e-7: central differences in float64 on sums of size 100 (sppo).
    EXPECT_LT(
        difference(test::gradient(function, policy), test::numerical_gradient(function, policy)),
        1e-7)
        << preference_name(kind);
  }
}

TEST_F(PreferenceTest, LossAtTheReferenceIsExact) {
  const at::Tensor policy = -at::rand({2, 4}, at::kDouble) * 50,
                   lengths = at::randint(1, 9, {2, 4}, at::kDouble);
  const at::Tensor margins = at::tensor({0.25, 1.0, 2.0, 30.0}, at::kDouble);
  for (const PreferenceKind kind : all_kinds()) {
    PreferenceConfig config = config_of(kind);
    if (kind == PreferenceKind::kDpo) config.label_smoothing = 0.2;
    config.margin_scale = 0.7;
    const at::Tensor losses =
        preference_loss(config, input_of(policy, policy, lengths, margins)).losses;
    for (int64_t i = 0; i < margins.numel(); ++i) {
      const double expected = loss_at_reference(config, margins[i].item<double>());
      EXPECT_EQ(std::isnan(expected), !needs_reference(kind));
      if (!needs_reference(kind)) continue;
      EXPECT_NEAR(losses[i].item<double>(), expected, 1e-12 * (1 + expected))
          << preference_name(kind);
    }
  }
  EXPECT_DOUBLE_EQ(loss_at_reference(PreferenceConfig{}), std::log(2.0));
}

TEST_F(PreferenceTest, ExtremeLogRatiosStayFinite) {
  const at::Tensor far = at::tensor({1e4, -1e4, 1e4, -1e4, 0.0});
  const at::Tensor other = at::tensor({-1e4, 1e4, 1e4, -1e4, 1e4});
  const at::Tensor policy = -at::stack({far, other}).abs(),
                   reference = policy - at::stack({far, other});
  const at::Tensor lengths = at::full({2, 5}, 3.0),
                   margins = at::tensor({1.0, 1e4, 0.0, 1e-4, 5.0});
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    for (const PreferenceKind kind : all_kinds()) {
      const at::Tensor x = policy.to(type).detach().clone().requires_grad_(true);
      const PreferenceInput input =
          input_of(x, reference.to(type), lengths.to(type), margins.to(type));
      const PreferenceOutput output = preference_loss(config_of(kind, 1.0), input);
      EXPECT_TRUE(output.losses.isfinite().all().item<bool>())
          << preference_name(kind) << output.losses;
      const at::Tensor slope = torch::autograd::grad({output.losses.sum()}, {x})[0];
      EXPECT_TRUE(slope.isfinite().all().item<bool>()) << preference_name(kind) << slope;
    }
  }
}

// An answer that the model is sure of (log-probability 0) has infinite log-odds.
TEST_F(PreferenceTest, OrpoSurvivesCertainAnswers) {
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    const at::Tensor x = at::tensor({0.0, -1e-9, -3.0, -2.0, 0.0, -1e-7})
                             .reshape({2, 3})
                             .to(type)
                             .requires_grad_(true);
    const at::Tensor ones = at::ones({2, 3}).to(type);
    const auto losses =
        preference_loss(config_of(PreferenceKind::kOrpo), input_of(x, x.detach(), ones, ones[0]))
            .losses;
    const at::Tensor slope = torch::autograd::grad({losses.sum()}, {x})[0];
    EXPECT_TRUE(losses.isfinite().all().item<bool>());
    EXPECT_TRUE(slope.isfinite().all().item<bool>());
  }
}

// Loss falls as the chosen answer gains on the rejected one (from a start where every kind still
// wants more).
TEST_F(PreferenceTest, EveryLossPrefersTheChosenAnswer) {
  const at::Tensor policy = at::tensor({-8.0, -8.0}, at::kDouble).reshape({2, 1});
  const at::Tensor ones = at::ones({2, 1}, at::kDouble);
  for (const PreferenceKind kind : all_kinds()) {
    const auto function = [&](const at::Tensor& x) {
      return preference_loss(config_of(kind, 0.1), input_of(x, policy, ones * 4, ones[0]))
          .losses.sum();
    };
    const at::Tensor slope = test::gradient(function, policy);
    EXPECT_LT((slope[0] - slope[1]).item<double>(), -1e-4) << preference_name(kind);
  }
}

TEST_F(PreferenceTest, ReferenceFreeKindsNeedNoReference) {
  const at::Tensor policy = at::tensor({-8.0F, -9.0F}).reshape({2, 1}), ones = at::ones({2, 1});
  for (const PreferenceKind kind : all_kinds()) {
    const PreferenceInput input = {policy[0], policy[1], at::Tensor(), at::Tensor(),
                                   ones[0],   ones[1],   ones[0]};
    if (needs_reference(kind)) {
      EXPECT_ANY_THROW(preference_loss(config_of(kind), input)) << preference_name(kind);
    } else {
      const PreferenceOutput output = preference_loss(config_of(kind, 0.5), input);
      EXPECT_EQ(output.chosen_rewards.item<float>(), -4.0F);
      EXPECT_EQ(output.rejected_rewards.item<float>(), -4.5F);
    }
  }
}

TEST(PreferenceConfigTest, NamesRoundTrip) {
  const std::vector<std::string> names = preference_names();
  EXPECT_EQ(names.size(), 16U);
  for (const std::string& name : names)
    EXPECT_EQ(preference_name(parse_preference_kind(name)), name);
  EXPECT_THAT(error_of([] { parse_preference_kind("dop"); }),
              AllOf(HasSubstr("\"dop\""), HasSubstr("dpo, robust")));
}

PreferenceConfig with(PreferenceKind kind, double PreferenceConfig::*member, double value) {
  PreferenceConfig config = config_of(kind);
  config.*member = value;
  return config;
}

TEST(PreferenceConfigTest, DefaultsAreValidForEveryKind) {
  for (const PreferenceKind kind : all_kinds())
    EXPECT_NO_THROW(config_of(kind).validate()) << preference_name(kind);
}

TEST(PreferenceConfigTest, ValuesThatWouldBeIgnoredAreErrors) {
  const auto error = [](PreferenceKind kind, double PreferenceConfig::*member, double value) {
    return error_of([&] { with(kind, member, value).validate(); });
  };
  EXPECT_THAT(error(PreferenceKind::kHinge, &PreferenceConfig::label_smoothing, 0.1),
              AllOf(HasSubstr("loss.label_smoothing: 0.1 has no effect with loss.kind hinge"),
                    HasSubstr("dpo, robust, exo")));
  EXPECT_THAT(error(PreferenceKind::kDpo, &PreferenceConfig::margin_scale, 2),
              HasSubstr("loss.margin_scale: 2 has no effect"));
  EXPECT_THAT(error(PreferenceKind::kDpo, &PreferenceConfig::gamma, 0.4),
              HasSubstr("only simpo use"));
  EXPECT_EQ(error(PreferenceKind::kSimpo, &PreferenceConfig::gamma, 0.4), "no error");
  EXPECT_EQ(error(PreferenceKind::kDpo, &PreferenceConfig::label_smoothing, 0.4), "no error");
  EXPECT_EQ(error(PreferenceKind::kRpoSq, &PreferenceConfig::margin_scale, 2), "no error");
}

TEST(PreferenceConfigTest, ValuesOutOfRangeAreErrors) {
  const double nan = std::nan("");
  for (const double beta : {0.0, -1.0, nan, HUGE_VAL}) {
    EXPECT_THAT(error_of([&] { config_of(PreferenceKind::kDpo, beta).validate(); }),
                HasSubstr("loss.beta"));
  }
  for (const double epsilon : {-0.1, 0.5, nan}) {
    EXPECT_THAT(
        error_of([&] {
          with(PreferenceKind::kDpo, &PreferenceConfig::label_smoothing, epsilon).validate();
        }),
        HasSubstr("below 0.5"));
  }
  EXPECT_THAT(error_of([&] {
                with(PreferenceKind::kExo, &PreferenceConfig::label_smoothing, 0).validate();
              }),
              HasSubstr("exo needs a value above 0"));
  EXPECT_THAT(
      error_of([&] { with(PreferenceKind::kSimpo, &PreferenceConfig::gamma, -1).validate(); }),
      HasSubstr("loss.gamma"));
  EXPECT_THAT(error_of([&] {
                with(PreferenceKind::kRpoSq, &PreferenceConfig::margin_scale, 0).validate();
              }),
              HasSubstr("loss.margin_scale"));
}

TEST(PreferenceConfigTest, AllProblemsAreReportedAtOnce) {
  PreferenceConfig config = config_of(PreferenceKind::kDpo, -1);
  config.gamma = 3;
  EXPECT_THAT(error_of([&] { config.validate(); }),
              AllOf(HasSubstr("loss.beta: -1"), HasSubstr("loss.gamma: 3"),
                    Not(HasSubstr("margin_scale"))));
}

}  // namespace
}  // namespace braid
