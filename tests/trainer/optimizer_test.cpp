// AdamW: the fused step against the formula and against torch.optim.AdamW, clipping, LoRA+.
#include "trainer/optimizer.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/json.h"
#include "tests/trainer/tiny.h"

namespace braid {
namespace {

constexpr int64_t kSteps = 100;

OptimizerConfig golden_config() {
  OptimizerConfig config;
  config.beta2 = 0.99;
  config.eps = 1e-7;
  config.weight_decay = 0.05;
  config.lora_plus_ratio = 16;
  return config;
}

// The formulas of scripts/golden/optimizer.py.
at::Tensor start_values(int64_t count) {
  at::Tensor values = at::empty({count}, at::TensorOptions(at::kFloat));
  for (int64_t i = 0; i < count; ++i) {
    values.mutable_data_ptr<float>()[i] = static_cast<float>(std::cos(static_cast<double>(i)));
  }
  return values;
}

at::Tensor gradient_at(int64_t count, int64_t step) {
  at::Tensor values = at::empty({count}, at::TensorOptions(at::kFloat));
  for (int64_t i = 0; i < count; ++i) {
    values.mutable_data_ptr<float>()[i] =
        static_cast<float>(std::sin(0.37 * static_cast<double>(i + 1) + 0.11 * double(step)) *
                           static_cast<double>(1 + step % 7) / 10);
  }
  return values;
}

double largest_gap(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

TEST(AdamW, AgreesWithTorchOver100Steps) {
  const Json golden = read_json_file(test::golden_path("optimizer.json"));
  const auto expected = [&](const char* name) {
    return at::tensor(golden[name].get<std::vector<float>>());
  };
  const c10::NoGradGuard no_grad;
  Adapter adapter = test::tiny_adapter();
  ASSERT_EQ(adapter.flat().numel(), 64);
  adapter.flat().copy_(start_values(64));
  AdamW optimizer(adapter, golden_config());
  for (int64_t step = 0; step < kSteps; ++step) {
    adapter.flat_grad().copy_(gradient_at(64, step));
    const double norm = optimizer.clip(1.0);
    // One float32 rounding of a norm of 64 terms.
    EXPECT_NEAR(norm, golden["norms"][static_cast<size_t>(step)].get<double>(), 1e-6 * norm);
    optimizer.step(3e-3);
  }
  EXPECT_EQ(optimizer.steps(), kSteps);
  // 100 steps of a few float32 roundings each, on values of up to 5 in size.
  EXPECT_LT(largest_gap(adapter.flat(), expected("parameters")), 2e-5);
  EXPECT_LT(largest_gap(optimizer.exp_avg(), expected("exp_avg")), 1e-6);
  EXPECT_LT(largest_gap(optimizer.exp_avg_sq(), expected("exp_avg_sq")), 1e-7);
}

TEST(AdamW, FusedStepFollowsTheFormula) {
  const c10::NoGradGuard no_grad;
  OptimizerConfig config;
  config.weight_decay = 0.1;
  Adapter adapter = test::tiny_adapter();
  AdamW optimizer(adapter, config);
  at::Tensor parameter = adapter.flat().clone();
  at::Tensor first = at::zeros_like(parameter), second = at::zeros_like(parameter);
  for (int64_t step = 1; step <= kSteps; ++step) {
    const at::Tensor gradient = gradient_at(64, step);
    adapter.flat_grad().copy_(gradient);
    optimizer.step(1e-2);
    adamw_reference(parameter, gradient, first, second, step, 1e-2, config);
  }
  EXPECT_LT(largest_gap(adapter.flat(), parameter), 1e-5);  // roundings of 100 steps
}

TEST(AdamW, LoraPlusMovesBFasterThanA) {
  const c10::NoGradGuard no_grad;
  OptimizerConfig config;
  config.lora_plus_ratio = 16;
  Adapter adapter = test::tiny_adapter();
  AdamW optimizer(adapter, config);
  const at::Tensor before = adapter.flat().clone();
  adapter.flat_grad().fill_(0.5);
  optimizer.step(1e-3);
  // The first step of Adam is the learning rate times the sign of the gradient.
  const at::Tensor moved = before - adapter.flat();
  for (const Adapter::Slot& slot : adapter.slots()) {
    const at::Tensor part = moved.narrow(0, slot.offset, slot.length);
    const double rate = slot.is_b ? 16e-3 : 1e-3;
    EXPECT_LT((part - rate).abs().max().item<double>(), 1e-6) << slot.name;
  }
}

TEST(AdamW, ClipScalesTheWholeGradient) {
  const c10::NoGradGuard no_grad;
  Adapter adapter = test::tiny_adapter();
  AdamW optimizer(adapter, {});
  adapter.flat_grad().fill_(0.5);  // norm 0.5 * 8 = 4
  EXPECT_DOUBLE_EQ(optimizer.clip(0), 4.0);
  EXPECT_DOUBLE_EQ(optimizer.clip(5), 4.0);
  EXPECT_FLOAT_EQ(adapter.flat_grad()[7].item<float>(), 0.5F);
  EXPECT_DOUBLE_EQ(optimizer.clip(1), 4.0);
  EXPECT_NEAR(adapter.flat_grad()[7].item<double>(), 0.125, 1e-6);  // the 1e-6 beside the norm
}

TEST(AdamW, ClipLeavesGradientsThatAreNotFinite) {
  const c10::NoGradGuard no_grad;
  Adapter adapter = test::tiny_adapter();
  AdamW optimizer(adapter, {});
  adapter.flat_grad().fill_(1);
  adapter.flat_grad()[3] = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(std::isinf(optimizer.clip(1)));
  EXPECT_EQ(adapter.flat_grad()[7].item<float>(), 1.0F);
}

TEST(AdamW, RestoredStateContinuesBitForBit) {
  const c10::NoGradGuard no_grad;
  Adapter whole = test::tiny_adapter(), cut = test::tiny_adapter();
  AdamW one(whole, golden_config()), two(cut, golden_config());
  for (int64_t step = 0; step < 5; ++step) {
    for (auto [adapter, optimizer] : {std::pair(&whole, &one), std::pair(&cut, &two)}) {
      adapter->flat_grad().copy_(gradient_at(64, step));
      optimizer->step(1e-2);
    }
  }
  AdamW three(cut, golden_config());
  three.restore(two.exp_avg(), two.exp_avg_sq(), two.steps());
  whole.flat_grad().copy_(gradient_at(64, 5));
  cut.flat_grad().copy_(gradient_at(64, 5));
  one.step(1e-2);
  three.step(1e-2);
  EXPECT_TRUE(at::equal(whole.flat(), cut.flat()));
}

}  // namespace
}  // namespace braid
