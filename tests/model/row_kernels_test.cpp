// Every compiled variant of the row-wise CPU kernels, also those that this processor does not
// choose, against the composed forms in double.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "model/ops/apply_rope.h"
#include "model/ops/gate_rows.h"
#include "model/ops/gated_activation.h"
#include "model/ops/norm_rows.h"
#include "model/ops/rms_norm.h"
#include "model/ops/rope_rows.h"

namespace braid {
namespace {

constexpr int64_t kWidths[] = {6, 16, 37, 80};  // less than a vector, whole vectors, rests

// Some values that `type` can hold, with a spread of 3.
at::Tensor draw(at::IntArrayRef shape, uint64_t seed, at::ScalarType type) {
  auto generator = at::globalContext().defaultGenerator(at::kCPU).clone();
  generator.set_current_seed(seed);
  return (3 * at::randn(shape, generator, at::kDouble)).to(type);
}

template <typename T>
class RowKernels : public ::testing::Test {
 protected:
  static constexpr at::ScalarType kType = c10::CppTypeToScalarType<T>::value;
  // float32: rounding of a few operations. bf16: half a unit in its eighth bit, twice where a value
  // between two products is rounded, too.
  static constexpr double kTolerance = kType == at::kFloat ? 1e-6 : 8e-3;

  static void expect_close(const at::Tensor& actual, const at::Tensor& expected,
                           const std::string& what) {
    const double error = (actual.to(at::kDouble) - expected).abs().max().item<double>();
    EXPECT_LE(error / expected.abs().max().item<double>(), kTolerance) << what;
  }
};

using Types = ::testing::Types<float, c10::BFloat16>;
TYPED_TEST_SUITE(RowKernels, Types);

TYPED_TEST(RowKernels, Norm) {
  using T = TypeParam;
  const auto type = TestFixture::kType;
  for (const int64_t width : kWidths) {
    const auto x = draw({1, width}, 1, type), part = draw({1, width}, 2, type);
    const auto d_normed = draw({1, width}, 3, type), d_sum = draw({1, width}, 4, type);
    const auto weight = draw({width}, 5, at::kFloat);
    // Behind the weight: composed in double, there is no rounding in between to be equal to.
    const Norm norm{weight.to(at::kDouble), 1e-5, NormRounding::kAfterWeight};
    const auto wide = [](const at::Tensor& t) { return t.to(at::kDouble); };
    const auto sum = wide((x + part).to(type));
    const NormedRows expected = norm_rows(sum, {}, norm);
    const auto gradient =
        norm_rows_backward(sum, expected.scale, norm, wide(d_normed), wide(d_sum));
    for (const auto& passes : norm_passes<T>()) {
      const std::string what = fmt::format("{}, width {}", passes.name, width);
      auto added = at::empty_like(x), normed = at::empty_like(x), dx = at::empty_like(x);
      for (const bool first : {false, true}) {
        const NormRow row{width, weight.template const_data_ptr<float>(), first};
        const float scale =
            passes.add(row, 1e-5F, x.template const_data_ptr<T>(),
                       part.template const_data_ptr<T>(), added.template mutable_data_ptr<T>());
        passes.apply(row, added.template const_data_ptr<T>(), scale,
                     normed.template mutable_data_ptr<T>());
        passes.backward(row, added.template const_data_ptr<T>(), scale,
                        d_normed.template const_data_ptr<T>(), d_sum.template const_data_ptr<T>(),
                        dx.template mutable_data_ptr<T>());
        EXPECT_TRUE(at::equal(wide(added), sum)) << what;
        TestFixture::expect_close(normed, expected.normed, "normed, " + what);
        TestFixture::expect_close(dx, gradient, "gradient, " + what);
      }
      const NormRow row{width, weight.template const_data_ptr<float>(), false};
      const float scale =
          passes.add(row, 1e-5F, added.template const_data_ptr<T>(), nullptr, nullptr);
      EXPECT_NEAR(scale, expected.scale.template item<double>(), 1e-6) << what;
      passes.backward(row, added.template const_data_ptr<T>(), scale,
                      d_normed.template const_data_ptr<T>(), nullptr,
                      dx.template mutable_data_ptr<T>());
      TestFixture::expect_close(
          dx, norm_rows_backward(sum, expected.scale, norm, wide(d_normed), {}), what);
    }
  }
}

TYPED_TEST(RowKernels, Gate) {
  using T = TypeParam;
  const auto type = TestFixture::kType;
  for (const int64_t width : kWidths) {
    const auto gate_up = draw({1, 2 * width}, 1, type), d_product = draw({1, width}, 2, type);
    for (const Activation activation : {Activation::kSilu, Activation::kGeluTanh}) {
      const auto expected = gate_rows(gate_up.to(at::kDouble), activation);
      const auto gradient =
          gate_rows_backward(gate_up.to(at::kDouble), activation, d_product.to(at::kDouble));
      for (const auto& passes : gate_passes<T>()) {
        auto product = at::empty_like(d_product), d_gate_up = at::empty_like(gate_up);
        passes.forward(activation, width, gate_up.template const_data_ptr<T>(),
                       product.template mutable_data_ptr<T>());
        passes.backward(activation, width, gate_up.template const_data_ptr<T>(),
                        d_product.template const_data_ptr<T>(),
                        d_gate_up.template mutable_data_ptr<T>());
        const std::string what = fmt::format("{}, width {}, activation {}", passes.name, width,
                                             static_cast<int>(activation));
        TestFixture::expect_close(product, expected, "product, " + what);
        TestFixture::expect_close(d_gate_up, gradient, "gradient, " + what);
      }
    }
  }
}

// Far out, exponentials over- and underflow; the limits are x and 0 (within e^-87).
TYPED_TEST(RowKernels, GateOfLargeValues) {
  using T = TypeParam;
  const auto gate_up =
      at::tensor({-1000.0, -100.0, 100.0, 1000.0, 1.0, 1.0, 1.0, 1.0}).to(TestFixture::kType);
  const auto expected = at::tensor({0.0, 0.0, 100.0, 1000.0}).to(TestFixture::kType);
  for (const Activation activation : {Activation::kSilu, Activation::kGeluTanh}) {
    for (const auto& passes : gate_passes<T>()) {
      auto product = at::empty_like(expected);
      passes.forward(activation, 4, gate_up.template const_data_ptr<T>(),
                     product.template mutable_data_ptr<T>());
      EXPECT_LT((product - expected).abs().max().template item<double>(), 1e-30)
          << passes.name << "\n"
          << product;
    }
  }
}

TYPED_TEST(RowKernels, Rope) {
  using T = TypeParam;
  const auto type = TestFixture::kType;
  for (const int64_t half : {2, 16, 19}) {
    const auto x = draw({1, 3, 2 * half + 5}, 1, type);  // the last five stay
    const auto angle = draw({1, half}, 2, at::kFloat);
    const RopeTables tables{angle.cos(), angle.sin()};
    for (const int direction : {1, -1}) {
      const auto expected = rotate(x.to(at::kDouble), tables, direction);
      for (const auto& pass : rope_passes<T>()) {
        auto out = at::empty_like(x);
        pass.turn({3, x.size(2), half, tables.cos.template const_data_ptr<float>(),
                   tables.sin.template const_data_ptr<float>(), static_cast<float>(direction)},
                  x.template const_data_ptr<T>(), out.template mutable_data_ptr<T>());
        TestFixture::expect_close(out, expected, fmt::format("{}, half {}", pass.name, half));
      }
    }
  }
}

}  // namespace
}  // namespace braid
