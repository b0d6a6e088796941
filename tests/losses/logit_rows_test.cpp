// The row pass: vectorised CPU code and the CUDA kernel against plain ATen in float64.
#include "losses/logit_rows.h"

#include <cmath>
#include <limits>

#include "losses/logit_rows_cpu.h"
#include "tests/losses/support.h"
#include "tests/model/cuda.h"

namespace braid {
namespace {

using test::difference;
using test::identical;

class LogitRowsTest : public test::LossTest {
 protected:
  static constexpr float kInfinity = std::numeric_limits<float>::infinity();
};

// Compares with float64 on the same logits. `tolerance` holds for values of size 10; differences
// written in bf16 round to 8 bits, relative to their size of at most 1.
void expect_like_float64(const at::Tensor& logits, const at::Tensor& targets, double tolerance) {
  for (const bool write : {false, true}) {
    const at::Tensor mine = logits.clone(), wide = logits.to(at::kCPU, at::kDouble);
    const LogitRows rows = logit_rows(mine, targets, write);
    const LogitRows expected = logit_rows_composed(wide, targets.cpu(), write);
    EXPECT_LT(difference(rows.logps.cpu(), expected.logps), tolerance);
    EXPECT_LT(difference(rows.entropy.cpu(), expected.entropy), tolerance);
    EXPECT_EQ(difference(rows.target_logits.cpu(), expected.target_logits), 0);
    EXPECT_TRUE(identical(rows.correct.cpu(), expected.correct));
    if (!write) {
      EXPECT_TRUE(identical(mine, logits));
      continue;
    }
    const double rounding = logits.scalar_type() == at::kFloat  ? 1e-6
                            : logits.scalar_type() == at::kHalf ? 1e-3
                                                                : 4e-3;
    const at::Tensor error = (mine.cpu().to(at::kDouble) - wide).abs() - rounding * wide.abs();
    EXPECT_LT(error.max().item<double>(), 1e-6);
  }
}

// float32 sums of up to 50 000 terms: the error of a logarithm is a few 1e-6.
constexpr double kFloatTolerance = 1e-5;
// Half on the CPU has no kernel; LibTorch's operators add up in as many lanes as a register has, on
// AVX2 to a few 1e-5.
constexpr double kComposedTolerance = 1e-4;

void expect_shapes_like_float64(c10::Device device) {
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16, at::kHalf}) {
    for (const int64_t vocab : {1, 3, 16, 31, 64, 129, 1000, 49152, 50257}) {
      const int64_t rows = 5;
      // Rounded to quarters, so that maxima tie.
      const at::Tensor logits = ((at::randn({rows, vocab}) * 12).round() / 4).to(device, type);
      const at::Tensor targets = at::randint(vocab, {rows}, at::kLong);
      targets[0] = 0;
      targets[1] = vocab - 1;
      targets[2] = logits.cpu().to(at::kFloat)[2].argmax();
      const bool composed = device == at::kCPU && type == at::kHalf;
      expect_like_float64(logits, targets.to(device),
                          composed ? kComposedTolerance : kFloatTolerance);
    }
  }
}

TEST_F(LogitRowsTest, CpuMatchesFloat64AtEveryLength) { expect_shapes_like_float64(at::kCPU); }

// The variants that this processor does not choose run elsewhere.
template <typename T>
void expect_variants_agree(at::ScalarType type) {
  const auto passes = logit_row_passes<T>();
  EXPECT_EQ(passes.back().name, "baseline");
  for (const int64_t vocab : {1, 5, 16, 63, 515, 5000}) {
    const at::Tensor logits = (at::randn({vocab}) * 4).to(type);
    const int64_t target = vocab / 2;
    const at::Tensor wide = logits.to(at::kDouble).unsqueeze(0);
    const LogitRows expected = logit_rows_composed(wide, at::full({1}, target, at::kLong), true);
    for (const auto& [name, pass] : passes) {
      at::Tensor mine = logits.clone(), scratch = at::empty({vocab});
      const LogitRow row =
          pass(mine.mutable_data_ptr<T>(), vocab, target, scratch.mutable_data_ptr<float>());
      EXPECT_NEAR(row.logp, expected.logps.item<double>(), kFloatTolerance) << name;
      EXPECT_NEAR(row.entropy, expected.entropy.item<double>(), kFloatTolerance) << name;
      EXPECT_EQ(row.correct, expected.correct.item<bool>()) << name;
      // One rounding of at most 1: 2^-24 in float32, 2^-9 in bf16.
      EXPECT_LT(difference(mine, wide[0]), type == at::kFloat ? 1e-6 : 2e-3) << name;
    }
  }
}

TEST_F(LogitRowsTest, EveryInstructionSetAgrees) {
  expect_variants_agree<float>(at::kFloat);
  expect_variants_agree<c10::BFloat16>(at::kBFloat16);
}

TEST_F(LogitRowsTest, FirstOfEqualMaximaIsTheArgMax) {
  const at::Tensor logits = at::zeros({3, 100});
  const LogitRows rows = logit_rows(logits, at::tensor({0, 1, 99}, at::kLong), false);
  EXPECT_TRUE(identical(rows.correct, at::tensor({1, 0, 0}).to(at::kBool)));
  // A uniform distribution over 100 tokens.
  EXPECT_NEAR(rows.entropy[1].item<double>(), std::log(100.0), 1e-5);
  EXPECT_NEAR(rows.logps[1].item<double>(), -std::log(100.0), 1e-5);
}

TEST_F(LogitRowsTest, ExtremeLogitsStayFinite) {
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    at::Tensor logits = at::full({2, 70}, -3e4).to(type);
    logits.select(1, 40).fill_(3e4);
    const at::Tensor kept = logits.clone();
    const LogitRows rows = logit_rows(logits, at::tensor({40, 7}, at::kLong), true);
    EXPECT_EQ(rows.logps[0].item<float>(), 0.0F);
    EXPECT_FLOAT_EQ(rows.logps[1].item<float>(),
                    (kept[1][7] - kept[1][40].to(at::kFloat)).item<float>());
    // Nothing but the maximum has probability, up to e^-87 per token.
    EXPECT_NEAR(rows.entropy[0].item<double>(), 0.0, 1e-30);
    EXPECT_EQ(logits[1][7].item<float>(), 1.0F);
    EXPECT_EQ(logits[1][40].item<float>(), -1.0F);
    EXPECT_LT(logits[0].abs().max().item<float>(), 1e-30F);
  }
}

TEST_F(LogitRowsTest, MaskedVocabularyHasNoWeight) {
  at::Tensor logits = at::randn({1, 50});
  const LogitRows bare =
      logit_rows(logits.slice(1, 0, 33).contiguous(), at::tensor({4}, at::kLong), false);
  logits.slice(1, 33, 50).fill_(-kInfinity);
  const LogitRows masked = logit_rows(logits, at::tensor({4}, at::kLong), false);
  EXPECT_NEAR(masked.logps.item<double>(), bare.logps.item<double>(), 1e-6);
  EXPECT_NEAR(masked.entropy.item<double>(), bare.entropy.item<double>(), 1e-6);
}

TEST_F(LogitRowsTest, NotANumberIsSeen) {
  for (const int64_t position : {0, 17, 49}) {
    at::Tensor logits = at::randn({2, 50});
    logits[1][position] = std::numeric_limits<float>::quiet_NaN();
    const LogitRows rows = logit_rows(logits, at::tensor({4, 4}, at::kLong), false);
    EXPECT_TRUE(std::isfinite(rows.logps[0].item<float>()));
    EXPECT_TRUE(std::isnan(rows.logps[1].item<float>())) << position;
  }
}

TEST_F(LogitRowsTest, CudaKernelMatchesFloat64) {
  const std::string problem = test::cuda_problem();
  if (!problem.empty()) GTEST_SKIP() << problem;
#ifndef BRAID_HAS_CUDA_KERNELS
  GTEST_SKIP() << "built without CUDA kernels";
#endif
  expect_shapes_like_float64(c10::Device(at::kCUDA, 0));
  const at::Tensor logits = at::randn({64, 50257}).to(at::Device(at::kCUDA, 0), at::kBFloat16);
  const at::Tensor targets = at::randint(50257, {64}, at::kLong).to(logits.device());
  const LogitRows first = logit_rows(logits.clone(), targets, true);
  const LogitRows second = logit_rows(logits.clone(), targets, true);
  EXPECT_TRUE(identical(first.logps, second.logps));
  // A target outside the vocabulary is seen, not followed.
  const at::Tensor wild = at::full({1}, int64_t{1} << 40, targets.options());
  EXPECT_TRUE(
      std::isnan(logit_rows(logits.slice(0, 0, 1).clone(), wild, true).logps.item<float>()));
}

}  // namespace
}  // namespace braid
