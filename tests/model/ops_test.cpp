// Custom autograd functions: values against the composed form, gradients against finite differences
// in double.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>

#include "model/attention.h"
#include "model/ops/apply_rope.h"
#include "model/ops/gated_activation.h"
#include "model/ops/lora_linear.h"
#include "model/ops/recompute.h"
#include "model/ops/rms_norm.h"
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

// What backward would make again is what forward made.
void expect_same_again(const Recomputed& made) {
  const at::NoGradGuard no_grad;
  const at::Tensor again = made.again();
  EXPECT_TRUE(at::equal(again, made.value));
  EXPECT_FALSE(again.requires_grad());
}

class RmsNormOp : public ::testing::TestWithParam<NormRounding> {
 protected:
  const Norm norm_{draw({6}, 1), 1e-2, GetParam()};
};

TEST_P(RmsNormOp, Gradients) {
  for (const std::vector<int64_t>& shape : std::vector<std::vector<int64_t>>{{4, 6}, {3, 2, 6}}) {
    expect_gradients([&](const Inputs& in) { return rms_norm(in[0], norm_).value; },
                     {leaf(shape, 2)});
  }
}

TEST_P(RmsNormOp, GradientsBehindASum) {
  const Inputs inputs = {leaf({4, 6}, 2), leaf({4, 6}, 3)};
  expect_gradients([&](const Inputs& in) { return add_rms_norm(in[0], in[1], norm_).normed.value; },
                   inputs);
  expect_gradients(
      [&](const Inputs& in) {
        const AddedNorm added = add_rms_norm(in[0], in[1], norm_);
        return added.sum * 0.7 + added.normed.value;
      },
      {leaf({4, 6}, 4), leaf({4, 6}, 5)});
  // The sum alone: nothing comes back through the norm.
  expect_gradients([&](const Inputs& in) { return add_rms_norm(in[0], in[1], norm_).sum; },
                   {leaf({4, 6}, 6), leaf({4, 6}, 7)});
}

INSTANTIATE_TEST_SUITE_P(Roundings, RmsNormOp,
                         ::testing::Values(NormRounding::kBeforeWeight, NormRounding::kAfterWeight),
                         [](const auto& info) {
                           return info.param == NormRounding::kBeforeWeight ? "BeforeWeight"
                                                                            : "AfterWeight";
                         });

// Bit for bit: the same operations on the same float32 values, but for the order of a row's sum.
TEST(RmsNorm, RoundsWhereItIsTold) {
  const auto x = draw({5, 40}, 3).to(at::kBFloat16), part = draw({5, 40}, 4).to(at::kBFloat16);
  const auto weight = draw({40}, 5).to(at::kFloat);
  const auto sum = x + part, wide = sum.to(at::kFloat);
  const auto normed = wide * at::rsqrt(wide.square().mean(-1, true) + 1e-5);
  const auto before = add_rms_norm(x, part, {weight, 1e-5, NormRounding::kBeforeWeight});
  const auto after = add_rms_norm(x, part, {weight, 1e-5, NormRounding::kAfterWeight});
  EXPECT_TRUE(at::equal(before.sum, sum));
  EXPECT_TRUE(at::equal(after.sum, sum));
  const auto rounded = normed.to(at::kBFloat16).to(at::kFloat);
  EXPECT_TRUE(at::equal(before.normed.value, (rounded * weight).to(at::kBFloat16)));
  EXPECT_TRUE(at::equal(after.normed.value, (normed * weight).to(at::kBFloat16)));
  expect_same_again(before.normed);
  expect_same_again(after.normed);
}

TEST(GatedActivation, ValuesAndGradients) {
  const auto gate_up = leaf({3, 10}, 5);
  const auto gate = gate_up.narrow(1, 0, 5), up = gate_up.narrow(1, 5, 5);
  const double root = std::sqrt(2 / std::numbers::pi);
  const auto gelu = gate / 2 * (1 + at::tanh(root * (gate + 0.044715 * gate.pow(3))));
  const std::pair<Activation, at::Tensor> cases[] = {
      {Activation::kSilu, gate * at::sigmoid(gate) * up}, {Activation::kGeluTanh, gelu * up}};
  for (const auto& [activation, expected] : cases) {
    const auto product = gated_activation(gate_up, activation);
    EXPECT_TRUE(at::allclose(product.value, expected, 1e-12, 1e-12));
    expect_same_again(product);
    expect_gradients([&](const Inputs& in) { return gated_activation(in[0], activation).value; },
                     {leaf({3, 10}, 5)});
  }
}

TEST(ApplyRope, Gradients) {
  const auto angle = draw({4, 2}, 7);
  const RopeTables tables{angle.cos().to(at::kFloat), angle.sin().to(at::kFloat)};
  expect_gradients([&](const Inputs& in) { return apply_rope(in[0], tables); },
                   {leaf({4, 3, 6}, 8)});  // the last two components of each head pass
}

// One linear, or three stacked ones of which the middle one has no adapter.
struct LoraCase {
  const char* name;
  bool stacked, bias;
  double dropout;
};

LoraPart part(int64_t begin, const at::Tensor& a, const at::Tensor& b, at::ScalarType type,
              uint64_t dropout_key = 0) {
  return {begin, a, b, a.detach().to(type), b.detach().to(type), dropout_key};
}

class LoraLinearOp : public ::testing::TestWithParam<LoraCase> {
 protected:
  // x, then a and b of every part.
  Function function(bool recompute) const {
    const auto& one = GetParam();
    return [this, one, recompute](const Inputs& in) {
      std::vector<LoraPart> parts = {part(0, in[1], in[2], at::kDouble, 42)};
      if (one.stacked) parts.push_back(part(7, in[3], in[4], at::kDouble, 43));
      Recomputed x{in[0], {}};
      if (recompute) x.again = [kept = in[0].detach()] { return kept; };
      return lora_linear(x, weight(), one.bias ? bias() : at::Tensor(), parts, 1.7, one.dropout);
    };
  }
  at::Tensor weight() const { return GetParam().stacked ? draw({10, 4}, 10) : draw({5, 4}, 10); }
  at::Tensor bias() const { return draw({weight().size(0)}, 11); }
  static Inputs inputs(const at::Tensor& x) {
    Inputs result = {x, leaf({2, 4}, 13), leaf({5, 2}, 14)};
    if (GetParam().stacked) {
      result.push_back(leaf({2, 4}, 15));
      result.push_back(leaf({3, 2}, 16));
    }
    return result;
  }
};

TEST_P(LoraLinearOp, Gradients) {
  for (const bool recompute : {false, true}) {
    expect_gradients(function(recompute), inputs(leaf({6, 4}, 12)));
    // The first layer's input asks for none.
    expect_gradients(function(recompute), inputs(draw({6, 4}, 12)));
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, LoraLinearOp,
                         ::testing::Values(LoraCase{"Plain", false, false, 0},
                                           LoraCase{"Bias", false, true, 0},
                                           LoraCase{"Dropout", false, true, 0.4},
                                           LoraCase{"Stacked", true, true, 0},
                                           LoraCase{"StackedDropout", true, false, 0.4}),
                         [](const auto& info) { return info.param.name; });

TEST(LoraLinear, EqualsTheFormula) {
  const auto x = draw({6, 4}, 1), weight = draw({5, 4}, 2), bias = draw({5}, 3);
  const auto a = draw({2, 4}, 4), b = draw({3, 2}, 5);
  auto merged = weight.clone();
  merged.narrow(0, 1, 3).add_(1.7 * at::matmul(b, a));
  const auto y = lora_linear({x, {}}, weight, bias, {part(1, a, b, at::kDouble)}, 1.7, 0);
  EXPECT_TRUE(at::allclose(y, at::matmul(x, merged.t()) + bias, 1e-12, 1e-12));
}

TEST(LoraLinear, GivesFloat32GradientsToABfloat16Base) {
  const auto half = [](const at::Tensor& x) { return x.to(at::kBFloat16); };
  const auto x = half(draw({6, 4}, 1)).requires_grad_(true);
  const auto weight = half(draw({5, 4}, 2)).requires_grad_(true);
  const auto a = draw({2, 4}, 4).to(at::kFloat).requires_grad_(true);
  const auto b = draw({5, 2}, 5).to(at::kFloat).requires_grad_(true);
  const auto y = lora_linear({x, {}}, weight, {}, {part(0, a, b, at::kBFloat16)}, 1.7, 0);
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
    return lora_linear({x, {}}, weight, {}, {part(0, a, a, at::kDouble, key)}, 1, 0.5);
  };
  const auto y = dropped(1);
  EXPECT_TRUE(at::logical_or(y == 0, y == 2).all().item<bool>());
  EXPECT_NEAR(y.mean().item<double>(), 1.0, 0.08);  // five standard deviations
  EXPECT_TRUE(at::equal(y, dropped(1)));
  EXPECT_FALSE(at::equal(y, dropped(2)));
}

// Two outputs of two inputs and of factors inside.
TEST(RecomputeOp, EqualsTheFunction) {
  const auto weight = draw({4, 4}, 1);
  const auto gradients = [&](bool recomputed, bool inputs_need_grad) {
    const auto a = leaf({2, 4}, 2), b = leaf({4, 2}, 3);
    const auto x = draw({3, 4}, 4).requires_grad_(inputs_need_grad);
    const auto y = draw({3, 4}, 5).requires_grad_(inputs_need_grad);
    int calls = 0;
    const TensorFunction function = [&](const Inputs& in) -> Inputs {
      ++calls;
      const auto z = lora_linear({in[0], {}}, weight, {}, {part(0, a, b, at::kDouble)}, 1.7, 0);
      return {at::sin(z) * in[1], z + in[1]};
    };
    const auto out = recomputed ? recompute({x, y}, function, true) : function({x, y});
    (out[0] * draw({3, 4}, 6) + out[1] * draw({3, 4}, 7)).sum().backward();
    EXPECT_EQ(calls, recomputed ? 2 : 1);
    Inputs result = {a.grad(), b.grad()};
    if (inputs_need_grad) result.insert(result.end(), {x.grad(), y.grad()});
    return result;
  };
  for (const bool inputs_need_grad : {true, false}) {
    const auto expected = gradients(false, inputs_need_grad);
    const auto actual = gradients(true, inputs_need_grad);
    for (size_t i = 0; i < expected.size(); ++i) {
      EXPECT_TRUE(at::equal(actual[i], expected[i])) << i;
      EXPECT_GT(expected[i].abs().max().item<double>(), 1e-3) << i;
    }
  }
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
