// FLOP counts against sums written out by hand.
#include "trainer/flops.h"

#include <gtest/gtest.h>

#include "model/lora.h"
#include "tests/model/model_files.h"

namespace braid {
namespace {

// Prompt of 3, branches of 2 and 1.
const SegmentLayout kLayout{{{0, 3, -1, 0}, {3, 2, 0, 3}, {5, 1, 0, 3}}, 6};

TEST(Flops, VisiblePairsFollowSharingAndWindow) {
  EXPECT_EQ(visible_pairs(kLayout, 0), (1 + 2 + 3) + (4 + 5) + 4);
  EXPECT_EQ(visible_pairs(kLayout, 2), (1 + 2 + 2) + (2 + 2) + 2);
}

TEST(Flops, ForwardAndBackward) {
  const auto config = test::tiny_config("llama");  // d 8, f 12, 2 heads of 4, 1 kv head, 2 layers
  LoraConfig lora;
  lora.targets = {"q_proj"};
  lora.rank = 2;
  const Adapter adapter(config, lora, 0, at::kCPU);
  const double linears = 2 * (8 * 8 + 2 * 8 * 4 + 8 * 8 + 3 * 8 * 12);
  const double adapters = 2 * 2 * (8 + 8);
  const double pairs = 2 * 19;  // of both layers
  const FlopCounter counter(config);
  const int64_t parameters = adapter.parameter_count();
  EXPECT_EQ(counter.forward(kLayout, 3, 0).total(),
            2 * linears * 6 + 4 * 8 * pairs + 2 * 8 * 10 * 3);
  EXPECT_EQ(counter.forward(kLayout, 3, parameters).total(),
            2 * (linears + adapters) * 6 + 4 * 8 * pairs + 2 * 8 * 10 * 3);
  EXPECT_EQ(counter.backward(kLayout, 3, parameters).total(),
            2 * (linears - 8 * 16) * 6 + 4 * adapters * 6 + 10 * 8 * pairs + 2 * 8 * 10 * 3);
}

// Fused linears are as many multiplications, and the first layer's share is the same.
TEST(Flops, OfFusedLinearsAreThoseOfTheirParts) {
  const FlopCounter fused(test::tiny_config("phi3")), separate(test::tiny_config("llama"));
  EXPECT_EQ(fused.forward(kLayout, 3, 0).total(), separate.forward(kLayout, 3, 0).total());
  EXPECT_EQ(fused.backward(kLayout, 3, 32).total(), separate.backward(kLayout, 3, 32).total());
}

TEST(Flops, Parts) {
  auto config = test::tiny_config("llama");
  config.windows = {0, 2};
  const Flops flops = FlopCounter(config).forward(kLayout, 3, 5);
  EXPECT_EQ(flops.adapters, 2 * 5 * 6);
  EXPECT_EQ(flops.attention, 4 * 8 * (19 + 11));
  EXPECT_EQ(flops.head, 2 * 8 * 10 * 3);
  Flops sum = flops;
  sum += flops;
  EXPECT_EQ(sum.total(), 2 * flops.total());
}

}  // namespace
}  // namespace braid
