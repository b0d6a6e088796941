// Attention over shared prompts: against padded, duplicated sequences in double, values and
// gradients, on the CPU and, when there is one, on a GPU.
#include "model/attention.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/random.h"
#include "tests/model/cuda.h"
#include "tests/model/flat_batch.h"

namespace braid {
namespace {

struct Case {
  std::vector<test::Group> groups;
  int64_t heads, kv_heads, dim, window;
  double softcap = 0;
};

test::Group group(int64_t prompt, const std::vector<int64_t>& branches) {
  test::Group result{test::Tokens(static_cast<size_t>(prompt)), {}};
  for (const int64_t length : branches) result.branches.emplace_back(static_cast<size_t>(length));
  return result;
}

// Three dozen layouts of up to three groups with up to three branches, lengths around block sizes.
std::vector<Case> random_cases() {
  constexpr int64_t kLengths[] = {1, 2, 3, 7, 8, 31, 64, 65, 90, 130};
  constexpr std::pair<int64_t, int64_t> kHeads[] = {{4, 4}, {4, 2}, {6, 2}, {3, 1}};
  constexpr int64_t kWindows[] = {0, 1, 2, 5, 40, 64, 100};
  std::vector<Case> cases;
  for (uint64_t i = 0; i < 36; ++i) {
    uint64_t draw = 0;
    const auto below = [&](uint64_t bound) { return random_below(7, i, draw++, bound); };
    const auto length = [&] { return kLengths[below(std::size(kLengths))]; };
    Case one;
    for (uint64_t g = below(3) + 1; g > 0; --g) {
      std::vector<int64_t> branches(below(4));
      for (auto& branch : branches) branch = length();
      one.groups.push_back(group(length(), branches));
    }
    std::tie(one.heads, one.kv_heads) = kHeads[below(std::size(kHeads))];
    one.dim = below(2) == 0 ? 8 : 16;
    one.window = kWindows[below(std::size(kWindows))];
    one.softcap = below(3) == 0 ? 1.5 : 0;  // scores are of order 1: it bends them well
    cases.push_back(one);
  }
  return cases;
}

std::string describe(const Case& one) {
  std::string text = fmt::format("heads {}/{} dim {} window {} cap {}:", one.heads, one.kv_heads,
                                 one.dim, one.window, one.softcap);
  for (const auto& segment : test::layout_of(one.groups).segments) {
    text += fmt::format(" {}{}", segment.prefix < 0 ? "prompt " : "+", segment.length);
  }
  return text;
}

// Every segment as a sequence of its own, padded to the longest, with one dense mask: nothing
// shared, nothing skipped.
at::Tensor padded_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const SegmentLayout& layout, const AttentionOptions& options) {
  std::vector<std::vector<int64_t>> rows;
  size_t longest = 0;
  for (size_t i = 0; i < layout.segments.size(); ++i) {
    rows.push_back(test::rows_seen(layout, i));
    longest = std::max(longest, rows.back().size());
  }
  std::vector<int64_t> source, kept;
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto first = rows[i].size() - static_cast<size_t>(layout.segments[i].length);
    for (size_t j = first; j < rows[i].size(); ++j) {
      kept.push_back(static_cast<int64_t>(i * longest + j));
    }
    rows[i].resize(longest, 0);
    source.insert(source.end(), rows[i].begin(), rows[i].end());
  }
  const auto index = at::tensor(source, at::kLong);
  const auto batch = static_cast<int64_t>(rows.size()), length = static_cast<int64_t>(longest);
  const auto gather = [&](const at::Tensor& x) {  // [batch, heads, length, dim]
    return x.index_select(0, index)
        .view({batch, length, x.size(1), x.size(2)})
        .transpose(1, 2)
        .repeat_interleave(q.size(1) / x.size(1), 1);
  };
  const auto position = at::arange(length, at::kLong);
  const auto distance = position.unsqueeze(1) - position.unsqueeze(0);
  auto hidden = distance < 0;
  if (options.window > 0) hidden = at::logical_or(hidden, distance >= options.window);
  auto scores = at::matmul(gather(q), gather(k).transpose(2, 3)) * options.scale;
  if (options.softcap > 0) scores = at::tanh(scores / options.softcap) * options.softcap;
  const auto weights =
      at::softmax(scores.masked_fill(hidden, -std::numeric_limits<double>::infinity()), -1);
  return at::matmul(weights, gather(v))
      .transpose(1, 2)
      .reshape({batch * length, q.size(1), q.size(2)})
      .index_select(0, at::tensor(kept, at::kLong));
}

struct Result {
  at::Tensor out, dq, dk, dv;  // double, on the CPU
};

// Runs `function` on the case's tensors as `dtype` and differentiates a weighted sum of its result.
// The values are rounded to `rounding` first, so that a double run sees the same numbers as a
// bfloat16 one.
template <typename Function>
Result run(const Case& one, at::ScalarType rounding, at::ScalarType dtype, at::Device device,
           const Function& function) {
  const auto layout = test::layout_of(one.groups);
  auto generator = at::globalContext().defaultGenerator(at::kCPU).clone();
  generator.set_current_seed(5);
  const auto draw = [&](int64_t heads) {
    return at::randn({layout.tokens, heads, one.dim}, generator, at::kDouble).to(rounding);
  };
  const auto leaf = [&](int64_t heads) {
    return draw(heads).to(device, dtype).requires_grad_(true);
  };
  const auto q = leaf(one.heads), k = leaf(one.kv_heads), v = leaf(one.kv_heads);
  const auto weights = draw(one.heads).to(device, dtype);
  const double scale = 1.5 / std::sqrt(static_cast<double>(one.dim));  // not the default
  const auto out = function(q, k, v, layout, AttentionOptions{scale, one.window, one.softcap});
  EXPECT_EQ(out.scalar_type(), dtype);
  (out * weights).sum().backward();
  const auto plain = [](const at::Tensor& x) { return x.detach().to(at::kCPU, at::kDouble); };
  return {plain(out), plain(q.grad()), plain(k.grad()), plain(v.grad())};
}

Result oracle(const Case& one, at::ScalarType rounding) {
  return run(one, rounding, at::kDouble, at::kCPU, padded_attention);
}

// Largest difference over the largest expected value.
double error(const at::Tensor& actual, const at::Tensor& expected) {
  return ((actual - expected).abs().max() / expected.abs().max()).item<double>();
}

void expect_close(const Result& actual, const Result& expected, double tolerance,
                  const std::string& what) {
  ASSERT_EQ(actual.out.sizes(), expected.out.sizes()) << what;
  EXPECT_LE(error(actual.out, expected.out), tolerance) << "values, " << what;
  // With one visible key the weights are constant and q and k have no gradient at all.
  if (expected.dq.abs().max().item<double>() > 1e-12) {
    EXPECT_LE(error(actual.dq, expected.dq), tolerance) << "dq, " << what;
    EXPECT_LE(error(actual.dk, expected.dk), tolerance) << "dk, " << what;
  } else {
    EXPECT_LE(actual.dq.abs().max().item<double>(), tolerance) << "dq, " << what;
    EXPECT_LE(actual.dk.abs().max().item<double>(), tolerance) << "dk, " << what;
  }
  EXPECT_LE(error(actual.dv, expected.dv), tolerance) << "dv, " << what;
}

constexpr double kDouble = 1e-12;
constexpr double kFloat = 1e-5;  // sums of up to 260 terms of order 1, each rounded to 6e-8
// Rounded to bfloat16's eight bits (1/256) on the way in and out of products; gradients add a few
// such roundings.
constexpr double kBfloat16 = 2e-2;

const auto plain_attention = [](const auto& q, const auto& k, const auto& v, const auto& layout,
                                const AttentionOptions& options) {
  return attention(q, k, v, AttentionPlan(layout, q.device()), options);
};

TEST(Attention, ReferenceEqualsPaddedSequences) {
  for (const Case& one : random_cases()) {
    expect_close(run(one, at::kDouble, at::kDouble, at::kCPU, attention_reference),
                 oracle(one, at::kDouble), kDouble, describe(one));
  }
}

TEST(Attention, CpuEqualsReference) {
  for (const Case& one : random_cases()) {
    for (const auto& [dtype, tolerance] :
         {std::pair(at::kDouble, kDouble), {at::kFloat, kFloat}, {at::kBFloat16, kBfloat16}}) {
      const auto expected = run(one, dtype, at::kDouble, at::kCPU, attention_reference);
      expect_close(run(one, dtype, dtype, at::kCPU, plain_attention), expected, tolerance,
                   describe(one) + " " + c10::toString(dtype));
      expect_close(run(one, dtype, dtype, at::kCPU, attention_reference), expected, tolerance,
                   describe(one) + " reference " + c10::toString(dtype));
    }
  }
}

TEST(Attention, CudaEqualsReference) {
  const auto problem = test::cuda_problem();
  if (!problem.empty()) GTEST_SKIP() << problem;
  for (const Case& one : random_cases()) {
    for (const auto& [dtype, tolerance] :
         {std::pair(at::kFloat, kFloat), {at::kBFloat16, kBfloat16}}) {
      expect_close(run(one, dtype, dtype, at::kCUDA, plain_attention), oracle(one, dtype),
                   tolerance, describe(one) + " cuda " + c10::toString(dtype));
    }
  }
}

TEST(Attention, NothingIsKeptWithoutGradients) {
  const Case one{{group(5, {3, 2})}, 4, 2, 8, 0};
  const auto layout = test::layout_of(one.groups);
  const auto q = at::ones({layout.tokens, 4, 8}), k = at::ones({layout.tokens, 2, 8});
  EXPECT_FALSE(attention(q, k, k, layout, {.scale = 1.0}).requires_grad());
}

// Branches must not see each other, nor groups: a change in one shows nowhere else.
TEST(Attention, BranchesAndGroupsAreIndependent) {
  const auto layout = test::layout_of({group(9, {5, 6}), group(4, {3})});
  const auto q = at::randn({layout.tokens, 2, 8}), k = at::randn({layout.tokens, 2, 8});
  const auto before = attention(q, k, k, layout, {.scale = 0.4});
  for (size_t changed = 0; changed < layout.segments.size(); ++changed) {
    const auto& segment = layout.segments[changed];
    auto other = k.clone();
    other.narrow(0, segment.begin, segment.length).add_(1);
    const auto after = attention(q, other, other, layout, {.scale = 0.4});
    for (size_t i = 0; i < layout.segments.size(); ++i) {
      const auto& seen = layout.segments[i];
      const bool depends = i == changed || seen.prefix == static_cast<int64_t>(changed);
      const bool same = at::equal(before.narrow(0, seen.begin, seen.length),
                                  after.narrow(0, seen.begin, seen.length));
      EXPECT_EQ(same, !depends) << "segment " << i << " after a change in " << changed;
    }
  }
}

TEST(Attention, PlanRefusesLayoutsThatDoNotFit) {
  const auto good = test::layout_of({group(4, {2, 3})});
  AttentionPlan{good};
  const auto refuses = [&](auto change) {
    auto layout = good;
    change(layout);
    EXPECT_THROW(AttentionPlan{layout}, std::logic_error);
  };
  refuses([](SegmentLayout& layout) { layout.tokens += 1; });
  refuses([](SegmentLayout& layout) { layout.segments[1].begin += 1; });
  refuses([](SegmentLayout& layout) { layout.segments[1].length = 0; });
  refuses([](SegmentLayout& layout) { layout.segments[1].position = 0; });
  refuses([](SegmentLayout& layout) { layout.segments[2].prefix = 1; });
  refuses([](SegmentLayout& layout) { layout.segments[1].prefix = 2; });
}

}  // namespace
}  // namespace braid
