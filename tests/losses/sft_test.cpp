// Sums of token log-probabilities per branch.
#include "losses/sft.h"

#include <cmath>
#include <limits>

#include "tests/losses/support.h"

namespace braid {
namespace {

using test::difference;
using test::identical;

using BranchSumsTest = test::LossTest;

TEST_F(BranchSumsTest, AddsTheRowsOfEveryBranch) {
  const at::Tensor logps = at::tensor({1.0F, 2.0F, 4.0F, 8.0F, 16.0F});
  const at::Tensor sums = branch_sums(logps, at::tensor({0, 2, 2, 0, 3}, at::kLong), 5);
  EXPECT_TRUE(identical(sums, at::tensor({9.0F, 0.0F, 6.0F, 16.0F, 0.0F})));
}

TEST_F(BranchSumsTest, GradientMatchesFiniteDifferences) {
  const at::Tensor logps = test::random_normal({11}), branch_of = at::randint(4, {11}, at::kLong);
  const auto function = [&](const at::Tensor& x) {
    return branch_sums(x, branch_of, 4).pow(3).sum();
  };
  // 1e-7: third powers of sums up to 10, differentiated with a step of 1e-5.
  EXPECT_LT(difference(test::gradient(function, logps), test::numerical_gradient(function, logps)),
            1e-7);
}

TEST_F(BranchSumsTest, DoNotDependOnTheOrderOfRows) {
  const int64_t rows = 5000, branches = 40;
  const at::Tensor logps = -at::rand({rows}) * 8,
                   branch_of = at::randint(branches, {rows}, at::kLong);
  const at::Tensor order = at::randperm(rows);
  EXPECT_TRUE(identical(
      branch_sums(logps, branch_of, branches),
      branch_sums(logps.index_select(0, order), branch_of.index_select(0, order), branches)));
}

TEST_F(BranchSumsTest, ManyBranchesGoInBlocks) {
  const int64_t rows = 6000, branches = 3000;  // 18 million pairs: more than one block
  const at::Tensor logps = at::randn({rows}),
                   branch_of = at::arange(rows).div(2, "floor").to(at::kLong);
  const at::Tensor expected = logps.to(at::kDouble).reshape({branches, 2}).sum(1).to(at::kFloat);
  EXPECT_TRUE(identical(branch_sums(logps, branch_of, branches), expected));
}

TEST_F(BranchSumsTest, OneBadRowSpoilsOnlyItsBranch) {
  const at::Tensor logps = at::tensor({-1.0F, std::numeric_limits<float>::quiet_NaN(), -2.0F});
  const at::Tensor sums = branch_sums(logps, at::tensor({0, 1, 0}, at::kLong), 2);
  EXPECT_EQ(sums[0].item<float>(), -3.0F);
  EXPECT_TRUE(std::isnan(sums[1].item<float>()));
}

TEST_F(BranchSumsTest, Empty) {
  EXPECT_EQ(branch_sums(at::empty({0}), at::empty({0}, at::kLong), 0).numel(), 0);
  EXPECT_TRUE(identical(branch_sums(at::empty({0}), at::empty({0}, at::kLong), 2), at::zeros({2})));
}

}  // namespace
}  // namespace braid
