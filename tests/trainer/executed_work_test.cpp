// What a training step executes, against the formulas: products, rows, and no tensor of logits.
#include <gtest/gtest.h>

#include <algorithm>

#include "losses/token_logps.h"
#include "tests/model/allocations.h"
#include "tests/trainer/medium_step.h"
#include "tests/trainer/products.h"

namespace braid {
namespace {

using test::MediumStep;

// Attention is left out, however it is computed: its products are per group or smaller, so none of
// their sizes is the whole micro-batch or a chunk of the head.
bool is_outside_attention(const test::Product& product) {
  return product.has(MediumStep::kTokens) || product.has(MediumStep::kChunk);
}

double without_attention(Flops flops) {
  flops.attention = 0;
  return flops.total();
}

TEST(ExecutedWork, ProductsAreWhatFlopCounterSays) {
  MediumStep step;
  double executed = 0;
  StepSums sums;
  {
    const test::Products products;
    sums = step.run();
    for (const test::Product& product : products.all()) {
      if (is_outside_attention(product)) executed += product.flops();
    }
  }
  const auto layout = pack(pointers(step.groups())).layout;
  ASSERT_EQ(layout.tokens, MediumStep::kTokens);
  const FlopCounter counter(step.config());
  const int64_t adapter = step.adapter().parameter_count();
  const Flops forward = counter.forward(layout, MediumStep::kScored, adapter);
  const Flops backward = counter.backward(layout, MediumStep::kScored, adapter);
  const Flops reference = counter.forward(layout, MediumStep::kScored, 0);
  const double expected =
      without_attention(forward) + without_attention(backward) + without_attention(reference);
  EXPECT_NEAR(executed / expected, 1, 0.01);
  EXPECT_EQ(sums.flops, forward.total() + backward.total() + reference.total());
}

// Rows of duplicated prompts would make products with more than kTokens rows.
TEST(ExecutedWork, LinearsSeeEveryPromptOnce) {
  static_assert(MediumStep::kVocab > MediumStep::kTokens);
  MediumStep step;
  const test::Products products;
  step.run();
  int64_t whole = 0;
  for (const test::Product& product : products.all()) {
    if (product.has(MediumStep::kVocab)) continue;
    EXPECT_LE(std::max({product.m, product.k, product.n}), MediumStep::kTokens);
    if (product.has(MediumStep::kTokens)) ++whole;
  }
  EXPECT_GT(whole, 3 * step.config().layers);
}

TEST(ExecutedWork, LogitsExistOneChunkAtATime) {
  static_assert(MediumStep::kScored > kHeadChunkRows && MediumStep::kChunk < kHeadChunkRows);
  MediumStep step;
  step.run();  // what is allocated once is there
  const test::Allocations allocations;
  step.run();
  // The largest of all allocations is the chunk.
  EXPECT_EQ(allocations.largest(), MediumStep::kChunk * MediumStep::kVocab * 4);
}

}  // namespace
}  // namespace braid
