// Every compiled variant of the CPU attention, also those that this processor does not choose,
// against the plain form in double.
#include "model/attention_group.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "model/attention.h"
#include "tests/model/flat_batch.h"

namespace braid {
namespace {

struct Tensors {
  at::Tensor q, k, v, out, d_out, dq, dk, dv;
};

constexpr int64_t kHeads = 6, kKvHeads = 2;

SegmentLayout two_groups() {
  const auto tokens = [](size_t count) { return test::Tokens(count); };
  return test::layout_of({{tokens(33), {tokens(9), tokens(20)}}, {tokens(5), {tokens(17)}}});
}

// Output and gradients by the reference, in double, of inputs that `type` can hold.
Tensors expected_of(const SegmentLayout& layout, int64_t dim, const AttentionOptions& options,
                    at::ScalarType type) {
  at::manual_seed(3);
  const auto draw = [&](int64_t heads) {
    return at::randn({layout.tokens, heads, dim}).to(type).to(at::kDouble);
  };
  Tensors t;
  t.q = draw(kHeads).requires_grad_(true);
  t.k = draw(kKvHeads).requires_grad_(true);
  t.v = draw(kKvHeads).requires_grad_(true);
  t.d_out = draw(kHeads);
  t.out = attention_reference(t.q, t.k, t.v, layout, options);
  t.out.backward(t.d_out);
  t.dq = t.q.grad();
  t.dk = t.k.grad();
  t.dv = t.v.grad();
  return t;
}

template <typename T>
Tensors run(const AttentionPasses<T>& passes, const Tensors& inputs, const SegmentLayout& layout,
            const AttentionOptions& options, at::ScalarType type) {
  const auto as_type = [&](const at::Tensor& x) { return x.detach().to(type).contiguous(); };
  Tensors t{as_type(inputs.q),
            as_type(inputs.k),
            as_type(inputs.v),
            {},
            as_type(inputs.d_out),
            {},
            {},
            {}};
  t.out = at::empty_like(t.q);
  t.dq = at::empty_like(t.q);
  t.dk = at::empty_like(t.k);
  t.dv = at::empty_like(t.v);
  auto lse = at::empty({layout.tokens, kHeads}, at::kFloat);
  const AttentionTensors<T> tensors{
      t.q.const_data_ptr<T>(),     t.k.const_data_ptr<T>(),       t.v.const_data_ptr<T>(),
      t.out.mutable_data_ptr<T>(), lse.mutable_data_ptr<float>(), t.d_out.const_data_ptr<T>(),
      t.dq.mutable_data_ptr<T>(),  t.dk.mutable_data_ptr<T>(),    t.dv.mutable_data_ptr<T>()};
  const AttentionPlan plan(layout);
  const AttentionShape shape{kHeads,         kKvHeads,
                             t.q.size(2),    static_cast<float>(options.scale),
                             options.window, static_cast<float>(options.softcap)};
  AttentionScratch scratch;
  for (const auto pass : {passes.forward, passes.backward}) {
    for (const auto& members : plan.groups()) {
      for (int64_t kv = 0; kv < kKvHeads; ++kv) {
        pass(tensors, shape, {plan.layout().segments, members, kv}, scratch);
      }
    }
  }
  return t;
}

template <typename T>
void expect_variants_agree(int64_t dim, const AttentionOptions& options, at::ScalarType type,
                           double tolerance) {
  const auto layout = two_groups();
  const Tensors expected = expected_of(layout, dim, options, type);
  for (const auto& passes : attention_passes<T>()) {
    const Tensors actual = run(passes, expected, layout, options, type);
    const auto check = [&](const at::Tensor& a, const at::Tensor& e, const char* what) {
      const double error = (a.to(at::kDouble) - e).abs().max().item<double>();
      EXPECT_LE(error / e.abs().max().item<double>(), tolerance)
          << passes.name << " " << what << ", dim " << dim << ", window " << options.window
          << ", softcap " << options.softcap;
    };
    check(actual.out, expected.out, "out");
    check(actual.dq, expected.dq, "dq");
    check(actual.dk, expected.dk, "dk");
    check(actual.dv, expected.dv, "dv");
  }
}

// Tolerances: sums of some 50 terms in float32; results rounded to bf16's eight bits.
TEST(AttentionGroup, EveryInstructionSetAgrees) {
  EXPECT_EQ(attention_passes<float>().back().name, "baseline");
  for (const int64_t dim : {6, 16, 80}) {  // less than a vector, whole vectors, several tiles
    for (const int64_t window : {0, 11}) {
      for (const double softcap : {0.0, 3.0}) {  // scores have a spread of 2 to 6
        const AttentionOptions options{.scale = 0.7, .window = window, .softcap = softcap};
        expect_variants_agree<float>(dim, options, at::kFloat, 1e-5);
        expect_variants_agree<c10::BFloat16>(dim, options, at::kBFloat16, 1e-2);
      }
    }
  }
}

}  // namespace
}  // namespace braid
