// The fused head against the full log-softmax, and its gradient against finite differences.
#include "losses/token_logps.h"

#include <gmock/gmock.h>

#include "tests/losses/support.h"

namespace braid {
namespace {

using test::difference;
using test::gradient;
using test::identical;
using ::testing::HasSubstr;

struct Head {
  at::Tensor hidden, weight, targets, factors;
  double softcap = 0;
};

// Logits are of order 1: the first leaves them alone, the second bends them, the third flattens
// most of them.
constexpr double kCaps[] = {0, 2, 0.5};

Head random_head(int64_t rows, int64_t width, int64_t vocab, at::ScalarType type) {
  return {test::random_normal({rows, width}, type),
          (at::randn({vocab, width}, at::kDouble) * 0.5).to(type),
          at::randint(vocab, {rows}, at::kLong), test::random_normal({rows})};
}

using Implementation = std::function<TokenLogps(const at::Tensor&)>;

// Gradient of a weighted sum of the log-probabilities.
at::Tensor head_gradient(const Head& head, const Implementation& implementation) {
  return gradient(
      [&](const at::Tensor& hidden) {
        const at::Tensor logps = implementation(hidden).logps;
        return (logps * head.factors.to(logps.scalar_type())).sum();
      },
      head.hidden);
}

TokenLogps fused(const Head& head, const at::Tensor& hidden, int64_t chunk_rows = 512) {
  return token_logps(hidden, head.weight, head.targets,
                     {.softcap = head.softcap, .chunk_rows = chunk_rows});
}

TokenLogps reference(const Head& head, const at::Tensor& hidden) {
  return token_logps_reference(hidden, head.weight, head.targets, head.softcap);
}

using TokenLogpsTest = test::LossTest;

TEST_F(TokenLogpsTest, GradientMatchesFiniteDifferences) {
  Head head = random_head(7, 5, 23, at::kDouble);
  for (const double cap : kCaps) {
    head.softcap = cap;
    const auto sum = [&](const at::Tensor& hidden) {
      return (fused(head, hidden, 3).logps * head.factors).sum();
    };
    // 1e-8: the error of central differences in float64 on values of size 10.
    EXPECT_LT(difference(gradient(sum, head.hidden), test::numerical_gradient(sum, head.hidden)),
              1e-8)
        << cap;
  }
}

TEST_F(TokenLogpsTest, MatchesTheFullLogSoftmax) {
  struct Case {
    at::ScalarType type;
    double value, gradient;  // tolerances
  };
  // Values: float32 sums over the vocabulary. Gradients, of size 5: rounding of float32, and in
  // bf16 (8 bits) of the probabilities and of the result on both sides.
  for (const Case& c : {Case{at::kDouble, 1e-12, 1e-12}, Case{at::kFloat, 1e-5, 1e-4},
                        Case{at::kBFloat16, 1e-5, 0.06}}) {
    const Head head = random_head(37, 24, 1031, c.type);
    const TokenLogps mine = fused(head, head.hidden), theirs = reference(head, head.hidden);
    EXPECT_EQ(mine.logps.scalar_type(), c.type == at::kDouble ? at::kDouble : at::kFloat);
    EXPECT_LT(difference(mine.logps, theirs.logps), c.value);
    EXPECT_LT(difference(mine.entropy, theirs.entropy), c.value);
    EXPECT_LT(difference(mine.target_logit, theirs.target_logit), c.value);
    EXPECT_TRUE(identical(mine.correct, theirs.correct));
    const at::Tensor slope =
        head_gradient(head, [&](const at::Tensor& hidden) { return fused(head, hidden); });
    EXPECT_EQ(slope.scalar_type(), c.type);
    EXPECT_LT(
        difference(
            slope,
            head_gradient(head, [&](const at::Tensor& hidden) { return reference(head, hidden); })),
        c.gradient);
  }
}

TEST_F(TokenLogpsTest, CapsAsTheFullLogSoftmax) {
  Head head = random_head(37, 24, 1031, at::kFloat);
  const at::Tensor plain = fused(head, head.hidden).logps;
  head.softcap = 1.5;
  const TokenLogps mine = fused(head, head.hidden), theirs = reference(head, head.hidden);
  // float32 sums over the vocabulary, as above.
  EXPECT_LT(difference(mine.logps, theirs.logps), 1e-5);
  EXPECT_LT(difference(mine.entropy, theirs.entropy), 1e-5);
  EXPECT_LT(difference(mine.target_logit, theirs.target_logit), 1e-5);
  EXPECT_LE(mine.target_logit.abs().max().item<double>(), 1.5);
  EXPECT_TRUE(identical(mine.correct, theirs.correct));
  EXPECT_GT(difference(mine.logps, plain), 0.1);
  const at::Tensor tracked = fused(head, head.hidden.clone().requires_grad_(true)).logps;
  EXPECT_TRUE(identical(tracked.detach(), mine.logps));
}

class TokenLogpsBf16 : public TokenLogpsTest, public ::testing::WithParamInterface<double> {};

TEST_P(TokenLogpsBf16, GradientIsNoWorseThanPlainAutograd) {
  Head head = random_head(64, 48, 2000, at::kBFloat16);
  head.softcap = GetParam();
  Head exact = head;
  exact.weight = head.weight.to(at::kDouble);
  exact.hidden = head.hidden.to(at::kDouble);
  const at::Tensor truth =
      head_gradient(exact, [&](const at::Tensor& hidden) { return reference(exact, hidden); });
  const auto error = [&](const at::Tensor& slope) {
    return (slope.to(at::kDouble) - truth).norm().item<double>();
  };
  const double mine =
      error(head_gradient(head, [&](const at::Tensor& hidden) { return fused(head, hidden); }));
  const double plain =
      error(head_gradient(head, [&](const at::Tensor& hidden) { return reference(head, hidden); }));
  EXPECT_LT(mine, 1.5 * plain);
  EXPECT_LT(mine, 0.02 * truth.norm().item<double>());
}

INSTANTIATE_TEST_SUITE_P(Caps, TokenLogpsBf16, ::testing::Values(0.0, 30.0));

TEST_F(TokenLogpsTest, ChunkSizeDoesNotMatter) {
  const Head head = random_head(29, 16, 300, at::kDouble);
  const TokenLogps whole = fused(head, head.hidden, 1000);
  const at::Tensor slope =
      head_gradient(head, [&](const at::Tensor& hidden) { return fused(head, hidden, 1000); });
  for (const int64_t chunk : {1, 2, 7, 28, 29, 30}) {
    const TokenLogps parts = fused(head, head.hidden, chunk);
    // A matrix product of other shape may add in another order.
    EXPECT_LT(difference(parts.logps, whole.logps), 1e-12) << chunk;
    EXPECT_LT(difference(parts.entropy, whole.entropy), 1e-12) << chunk;
    EXPECT_TRUE(identical(parts.correct, whole.correct)) << chunk;
    const auto by_parts = [&](const at::Tensor& hidden) { return fused(head, hidden, chunk); };
    EXPECT_LT(difference(head_gradient(head, by_parts), slope), 1e-12) << chunk;
  }
}

TEST_F(TokenLogpsTest, GradientModeDoesNotChangeValues) {
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    const Head head = random_head(20, 16, 300, type);
    const TokenLogps plain = fused(head, head.hidden);
    const TokenLogps tracked = fused(head, head.hidden.clone().requires_grad_(true));
    EXPECT_TRUE(identical(plain.logps, tracked.logps.detach()));
    EXPECT_TRUE(identical(plain.entropy, tracked.entropy));
    EXPECT_TRUE(identical(plain.correct, tracked.correct));
    EXPECT_FALSE(plain.logps.requires_grad());
    EXPECT_TRUE(tracked.logps.requires_grad());
    EXPECT_FALSE(tracked.entropy.requires_grad());
    EXPECT_FALSE(tracked.target_logit.requires_grad());
  }
}

TEST_F(TokenLogpsTest, RepeatsBitForBit) {
  const Head head = random_head(50, 32, 5000, at::kBFloat16);
  const auto run = [&](const at::Tensor& hidden) { return fused(head, hidden, 16); };
  EXPECT_TRUE(identical(run(head.hidden).logps, run(head.hidden).logps));
  EXPECT_TRUE(identical(head_gradient(head, run), head_gradient(head, run)));
}

TEST_F(TokenLogpsTest, RowsScoredTwiceGetBothGradients) {
  Head head = random_head(4, 8, 50, at::kDouble);
  const at::Tensor rows = at::tensor({0, 1, 1, 3}, at::kLong);
  const auto sum = [&](const at::Tensor& states) {
    return (fused(head, states.index_select(0, rows)).logps * head.factors).sum();
  };
  EXPECT_LT(difference(gradient(sum, head.hidden), test::numerical_gradient(sum, head.hidden)),
            1e-8);
}

TEST_F(TokenLogpsTest, NoRows) {
  const Head head = random_head(0, 8, 50, at::kFloat);
  EXPECT_EQ(fused(head, head.hidden).logps.numel(), 0);
  const at::Tensor slope =
      head_gradient(head, [&](const at::Tensor& hidden) { return fused(head, hidden); });
  EXPECT_EQ(slope.sizes(), head.hidden.sizes());
}

TEST_F(TokenLogpsTest, HiddenStatesMayBeWiderThanTheWeight) {
  Head head = random_head(6, 8, 50, at::kBFloat16);
  const at::Tensor narrow = fused(head, head.hidden).logps;
  head.hidden = head.hidden.to(at::kFloat);
  EXPECT_TRUE(identical(fused(head, head.hidden).logps, narrow));
  const at::Tensor slope =
      head_gradient(head, [&](const at::Tensor& hidden) { return fused(head, hidden); });
  EXPECT_EQ(slope.scalar_type(), at::kFloat);
}

TEST_F(TokenLogpsTest, TokensOutsideTheVocabularyAreAnError) {
  Head head = random_head(2, 8, 50, at::kFloat);
  for (const int64_t token : {50, -1}) {
    head.targets[1] = token;
    EXPECT_THAT(test::error_of([&] { fused(head, head.hidden); }),
                HasSubstr(fmt::format("token {} is outside the model's vocabulary of 50", token)));
  }
}

}  // namespace
}  // namespace braid
