// Custom autograd functions: values against the composed form, gradients against finite differences
// in double.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>

#include "model/attention.h"
#include "model/ops/geglu.h"
#include "model/ops/lora_linear.h"
#include "model/ops/rms_norm.h"
#include "model/ops/swiglu.h"
#include "model/rope.h"
#include "tests/model/flat_batch.h"

namespace braid {
namespace {

using Inputs = std::vector<at::Tensor>;
using Function = std::function<at::Tensor(const Inputs&)>;

at::Tensor draw(at::IntArrayRef shape, uint64_t seed) {
  auto generator = at::globalContext().defaultGenerator(at::kCPU).clone();
  generator.set_current_seed(seed);
  return at::randn(shape, generator, at::kDouble);
}

// Derivative of `loss` by one element: central differences, whose own error at this step is some
// 1e-9.
double numeric(const std::function<double()>& loss, double& element) {
  constexpr double kStep = 1e-5;
  const double before = element;
  element = before + kStep;
  const double above = loss();
  element = before - kStep;
  const double below = loss();
  element = before;
  return (above - below) / (2 * kStep);
}

// Every derivative of a weighted sum of function(inputs), for the inputs that ask for a gradient.
void expect_gradients(const Function& function, const Inputs& inputs) {
  const auto weights = draw(function(inputs).sizes(), 99);
  (function(inputs) * weights).sum().backward();
  const auto loss = [&] {
    const at::NoGradGuard no_grad;
    return (function(inputs) * weights).sum().item<double>();
  };
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].requires_grad()) continue;
    ASSERT_TRUE(inputs[i].grad().defined()) << "input " << i;
    const auto gradient = inputs[i].grad().contiguous();
    auto* data = static_cast<double*>(inputs[i].data_ptr());
    double largest = 0, error = 0;
    for (int64_t j = 0; j < inputs[i].numel(); ++j) {
      const double expected = numeric(loss, data[j]);
      largest = std::max(largest, std::abs(expected));
      error = std::max(error, std::abs(gradient.const_data_ptr<double>()[j] - expected));
    }
    EXPECT_GT(largest, 1e-3) << "input " << i;
    EXPECT_LT(error / largest, 1e-7) << "input " << i;
  }
}

at::Tensor leaf(at::IntArrayRef shape, uint64_t seed) {
  return draw(shape, seed).requires_grad_(true);
}

TEST(RmsNorm, Gradients) {
  const auto weight = draw({6}, 1);
  for (const std::vector<int64_t>& shape : std::vector<std::vector<int64_t>>{{4, 6}, {3, 2, 6}}) {
    expect_gradients([&](const Inputs& in) { return rms_norm(in[0], weight, 1e-2); },
                     {leaf(shape, 2)});
  }
}

TEST(RmsNorm, RoundsBeforeTheWeight) {
  const auto x = draw({5, 8}, 3).to(at::kBFloat16), weight = draw({8}, 4).to(at::kBFloat16);
  const auto wide = x.to(at::kFloat);
  const auto normed = wide * at::rsqrt(wide.square().mean(-1, true) + 1e-5);
  EXPECT_TRUE(at::equal(rms_norm(x, weight, 1e-5), weight * normed.to(at::kBFloat16)));
}

TEST(RmsNorm, GradientsWithRoundingBehindTheWeight) {
  const auto weight = draw({6}, 1);
  expect_gradients(
      [&](const Inputs& in) { return rms_norm(in[0], weight, 1e-2, NormRounding::kAfterWeight); },
      {leaf({4, 6}, 2)});
}

TEST(RmsNorm, RoundsBehindAWideWeight) {
  const auto x = draw({5, 8}, 3).to(at::kBFloat16);
  const auto weight = draw({8}, 4).to(at::kFloat);
  const auto wide = x.to(at::kFloat);
  const auto normed = wide * at::rsqrt(wide.square().mean(-1, true) + 1e-5);
  const auto actual = rms_norm(x, weight, 1e-5, NormRounding::kAfterWeight);
  EXPECT_TRUE(at::equal(actual, (normed * weight).to(at::kBFloat16)));
}

TEST(GeGlu, ValuesAndGradients) {
  const auto gate = leaf({3, 5}, 5), up = leaf({3, 5}, 6);
  const double root = std::sqrt(2 / std::numbers::pi);
  const auto gelu = gate / 2 * (1 + at::tanh(root * (gate + 0.044715 * gate.pow(3))));
  EXPECT_TRUE(at::allclose(geglu(gate, up), gelu * up, 1e-12, 1e-12));
  expect_gradients([](const Inputs& in) { return geglu(in[0], in[1]); }, {gate, up});
}

TEST(SwiGlu, ValuesAndGradients) {
  const auto gate = leaf({3, 5}, 5), up = leaf({3, 5}, 6);
  EXPECT_TRUE(at::allclose(swiglu(gate, up), gate * at::sigmoid(gate) * up, 1e-12, 1e-12));
  expect_gradients([](const Inputs& in) { return swiglu(in[0], in[1]); }, {gate, up});
}

TEST(ApplyRope, Gradients) {
  const auto angle = draw({4, 2}, 7);
  const RopeTables tables{angle.cos().to(at::kFloat), angle.sin().to(at::kFloat)};
  expect_gradients([&](const Inputs& in) { return apply_rope(in[0], tables); },
                   {leaf({4, 3, 6}, 8)});  // the last two components of each head pass
}

struct LoraCase {
  const char* name;
  bool bias;
  double dropout;
};

class LoraLinearOp : public ::testing::TestWithParam<LoraCase> {
 protected:
  Function function() const {
    const auto& one = GetParam();
    return [this, one](const Inputs& in) {
      return lora_linear(in[0], weight_, one.bias ? bias_ : at::Tensor(), in[1], in[2], 1.7,
                         {one.dropout, 42});
    };
  }

  const at::Tensor weight_ = draw({5, 4}, 10), bias_ = draw({5}, 11);
};

TEST_P(LoraLinearOp, Gradients) {
  expect_gradients(function(), {leaf({6, 4}, 12), leaf({2, 4}, 13), leaf({5, 2}, 14)});
  // The first layer's input asks for none.
  expect_gradients(function(), {draw({6, 4}, 12), leaf({2, 4}, 13), leaf({5, 2}, 14)});
}

INSTANTIATE_TEST_SUITE_P(Cases, LoraLinearOp,
                         ::testing::Values(LoraCase{"Plain", false, 0}, LoraCase{"Bias", true, 0},
                                           LoraCase{"Dropout", true, 0.4}),
                         [](const auto& info) { return info.param.name; });

TEST(LoraLinear, EqualsTheFormula) {
  const auto x = draw({6, 4}, 1), weight = draw({5, 4}, 2), bias = draw({5}, 3);
  const auto a = draw({2, 4}, 4), b = draw({5, 2}, 5);
  const auto expected = at::matmul(x, (weight + 1.7 * at::matmul(b, a)).t()) + bias;
  EXPECT_TRUE(at::allclose(lora_linear(x, weight, bias, a, b, 1.7), expected, 1e-12, 1e-12));
}

TEST(LoraLinear, GivesFloat32GradientsToABfloat16Base) {
  const auto half = [](const at::Tensor& x) { return x.to(at::kBFloat16); };
  const auto x = half(draw({6, 4}, 1)).requires_grad_(true);
  const auto weight = half(draw({5, 4}, 2)).requires_grad_(true);
  const auto a = draw({2, 4}, 4).to(at::kFloat).requires_grad_(true);
  const auto b = draw({5, 2}, 5).to(at::kFloat).requires_grad_(true);
  const auto y = lora_linear(x, weight, {}, a, b, 1.7);
  EXPECT_EQ(y.scalar_type(), at::kBFloat16);
  y.sum().backward();
  EXPECT_EQ(a.grad().scalar_type(), at::kFloat);
  EXPECT_EQ(b.grad().scalar_type(), at::kFloat);
  EXPECT_EQ(x.grad().scalar_type(), at::kBFloat16);
  EXPECT_FALSE(weight.grad().defined());  // frozen
}

// Inverted dropout on the adapter's input only: 0 or 1 / (1 - p), half of the elements each here.
TEST(LoraLinear, DropsInputsOfTheAdapter) {
  const auto x = at::ones({1, 4000}, at::kDouble), a = at::eye(4000, at::kDouble);
  const auto weight = at::zeros({4000, 4000}, at::kDouble);
  const auto dropped = [&](uint64_t key) {
    return lora_linear(x, weight, {}, a, a, 1, {0.5, key});
  };
  const auto y = dropped(1);
  EXPECT_TRUE(at::logical_or(y == 0, y == 2).all().item<bool>());
  EXPECT_NEAR(y.mean().item<double>(), 1.0, 0.08);  // five standard deviations
  EXPECT_TRUE(at::equal(y, dropped(1)));
  EXPECT_FALSE(at::equal(y, dropped(2)));
}

TEST(AttentionOps, Gradients) {
  const auto layout = test::layout_of({{test::Tokens(4), {test::Tokens(3), test::Tokens(2)}},
                                       {test::Tokens(3), {test::Tokens(1)}},
                                       {test::Tokens(2), {}}});
  for (const AttentionOptions& options :
       {AttentionOptions{0.8}, AttentionOptions{0.8, 3}, AttentionOptions{0.8, 3, 1.1}}) {
    const auto inputs = [&] {
      return Inputs{leaf({layout.tokens, 4, 3}, 20), leaf({layout.tokens, 2, 3}, 21),
                    leaf({layout.tokens, 2, 3}, 22)};
    };
    expect_gradients(
        [&](const Inputs& in) { return attention(in[0], in[1], in[2], layout, options); },
        inputs());
    expect_gradients(
        [&](const Inputs& in) { return attention_reference(in[0], in[1], in[2], layout, options); },
        inputs());
  }
}

}  // namespace
}  // namespace braid
