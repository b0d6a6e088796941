// The predicted memory of a step against what the allocator hands out.
#include "trainer/plan/memory.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/model/allocations.h"
#include "tests/trainer/medium_step.h"

namespace braid {
namespace {

using test::MediumStep;

MemoryFacts facts_of(const MediumStep& step, at::ScalarType dtype) {
  return {.model = step.config(),
          .adapter = {match_targets(step.config(), {"all-linear"}), MediumStep::lora().rank},
          .dtype = dtype,
          .device = c10::kCPU};
}

// Bytes of the tensors of a step: what is there before it, and what no tensor has, left out.
double tensors(const MemoryModel& memory, const MicroBatchSize& size) {
  const std::set<std::string> others = {"process, libraries, kernels", "weights",
                                        "adapter, gradient, moments", "encoded data", kHoles};
  double sum = 0;
  for (const MemoryItem& item : memory.items(size)) {
    if (!others.contains(item.name)) sum += static_cast<double>(item.bytes);
  }
  return sum;
}

TEST(PlanMemory, OfAStepIsWithinTenPerCent) {
  for (const auto dtype : {at::kFloat, at::kBFloat16}) {
    MediumStep step(dtype);
    step.run();  // what is allocated once is there
    const test::Allocations allocations;
    step.run();
    const MemoryModel memory(facts_of(step, dtype));
    const double predicted = tensors(memory, size_of(lengths_of(step.groups())));
    EXPECT_NEAR(static_cast<double>(allocations.peak()) / predicted, 1, 0.1) << dtype;
  }
}

TEST(PlanMemory, ItemsAddUp) {
  const MediumStep step;
  MemoryFacts facts = facts_of(step, at::kFloat);
  facts.data = 1000;
  facts.reference_parameters = 500;
  const MemoryModel memory(facts);
  const MicroBatchSize size{100, 60, 140};
  int64_t sum = 0;
  for (const MemoryItem& item : memory.items(size)) sum += item.bytes;
  EXPECT_EQ(sum, memory.peak(size));
  facts.data = 0;
  facts.reference_parameters = 0;
  EXPECT_EQ(MemoryModel(facts).peak(size), sum - 1000 - 4 * 500);
}

// Bytes of the items whose names begin with "kept: ".
double kept(const MemoryModel& memory, const MicroBatchSize& size) {
  double sum = 0;
  for (const MemoryItem& item : memory.items(size)) {
    if (item.name.starts_with("kept: ")) sum += static_cast<double>(item.bytes);
  }
  return sum;
}

TEST(PlanMemory, CudaKeepsKeysOfThePromptForEveryBranch) {
  const MediumStep step;
  MemoryFacts facts = facts_of(step, at::kBFloat16);
  facts.device = c10::kCUDA;
  const MemoryModel memory(facts);
  const ModelConfig& config = step.config();
  const double more = kept(memory, {100, 60, 150}) - kept(memory, {100, 60, 140});
  EXPECT_EQ(more, 10.0 * config.layers * 2 * config.kv_heads * config.head_dim * 2);
}

}  // namespace
}  // namespace braid
