// Finite differences and comparisons for the tests of the losses.
#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <functional>
#include <string>

#include "tests/support.h"

namespace braid::test {

using ScalarFunction = std::function<at::Tensor(const at::Tensor&)>;

// Gradient by autograd.
inline at::Tensor gradient(const ScalarFunction& function, const at::Tensor& at_point) {
  const at::Tensor x = at_point.detach().clone().requires_grad_(true);
  return torch::autograd::grad({function(x)}, {x})[0];
}

// Gradient by central differences, in float64. With a step of 1e-5 truncation and rounding are both
// about 1e-10 of the function's scale.
inline at::Tensor numerical_gradient(const ScalarFunction& function, const at::Tensor& at_point) {
  constexpr double step = 1e-5;
  const at::Tensor x = at_point.detach().clone().to(at::kDouble).contiguous();
  at::Tensor result = at::empty_like(x);
  double* const value = x.mutable_data_ptr<double>();
  for (int64_t i = 0; i < x.numel(); ++i) {
    const double centre = value[i];
    value[i] = centre + step;
    const double above = function(x).item<double>();
    value[i] = centre - step;
    const double below = function(x).item<double>();
    value[i] = centre;
    result.mutable_data_ptr<double>()[i] = (above - below) / (2 * step);
  }
  return result;
}

// Largest absolute difference; 0 for empty tensors.
inline double difference(const at::Tensor& a, const at::Tensor& b) {
  EXPECT_EQ(a.sizes(), b.sizes());
  if (a.numel() == 0) return 0;
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

inline bool identical(const at::Tensor& a, const at::Tensor& b) {
  return a.scalar_type() == b.scalar_type() && at::equal(a, b);
}

inline at::Tensor random_normal(at::IntArrayRef sizes, at::ScalarType type = at::kDouble) {
  return at::randn(sizes, at::kDouble).to(type);
}

// Tests draw from the default generator; each starts it anew.
class LossTest : public ::testing::Test {
 protected:
  void SetUp() override { at::manual_seed(5); }
};

}  // namespace braid::test
