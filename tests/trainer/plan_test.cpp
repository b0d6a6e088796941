// Plans of a model on disk: the peak, what fits, and the advice when it does not.
#include "trainer/plan/plan.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/trainer/tiny_training.h"
#include "trainer/plan/plan_report.h"

namespace braid {
namespace {

using testing::HasSubstr;

constexpr int64_t kMiB = int64_t{1} << 20;

class Planning : public ::testing::Test {
 protected:
  Planning() {
    Json json = test::tiny_config_json("llama");
    json.update({{"hidden_size", 512}, {"intermediate_size", 1024}});
    write_file_atomic(directory_.path() / "config.json", json.dump());
    TensorMap tensors;
    for (const auto& [name, shape] : expected_tensors(load_model_config(directory_.path()))) {
      tensors[name] = at::zeros(shape, at::kFloat);
    }
    test::write_safetensors(directory_.path() / "model.safetensors", tensors);
    config_.model = directory_.path().string();
    config_.dtype = "fp32";
    config_.train.pairs_per_step = 20;
    config_.train.micro_batch_tokens = 4096;
    config_.train.cache_reference = false;
    config_.train.recompute = "off";
    std::vector<GroupTokens> groups;
    const auto ids = [](size_t count) { return std::vector<int32_t>(count, 7); };
    for (size_t i = 0; i < 40; ++i) {
      groups.push_back(test::pair_group(ids(100 + i), ids(150), ids(130)));
    }
    store_ = make_store(std::move(groups));
  }

  Plan plan(int64_t limit) const {
    return make_plan(config_, load_model_config(config_.model), store_.groups(), c10::kCPU, 1,
                     {limit, "available"});
  }
  // The peak of the plan with these micro-batches.
  int64_t peak_of(int64_t tokens) const { return plan(0).peak_with(tokens).bytes; }

  test::TemporaryDirectory directory_;
  RunConfiguration config_;
  GroupStore store_ = make_store({});
};

TEST_F(Planning, LargerMicroBatchesNeedMore) {
  const Plan p = plan(0);
  EXPECT_EQ(p.peak.bytes, peak_of(4096));
  EXPECT_LE(p.peak.size.tokens, 4096);
  EXPECT_GT(peak_of(4096), peak_of(2048));
  EXPECT_EQ(peak_of(1), peak_of(419));  // the longest group alone
  EXPECT_TRUE(p.fits());                // nothing is known about the limit
}

TEST_F(Planning, LargestBudgetIsTheLastThatFits) {
  const auto limit =
      static_cast<int64_t>(static_cast<double>(peak_of(2000)) * kMemoryMargin) + kMiB;
  const Plan p = plan(limit);
  EXPECT_FALSE(p.fits());
  const auto budget = largest_budget(p);
  ASSERT_TRUE(budget.has_value());
  EXPECT_FALSE(budget->whole_step);
  EXPECT_GE(budget->tokens, 1900);
  EXPECT_LT(budget->tokens, 4096);
  EXPECT_TRUE(p.allows(peak_of(budget->tokens)));
  EXPECT_EQ(
      memory_advice(p),
      fmt::format("set train.recompute on, or set train.micro_batch_tokens {}", budget->tokens));
}

TEST_F(Planning, LayersAreRecomputedWhenOtherwiseItDoesNotFit) {
  const int64_t kept = plan(0).peak.bytes;
  config_.train.recompute = "on";
  const Plan recomputed = plan(0);
  EXPECT_TRUE(recomputed.recompute());
  EXPECT_LT(recomputed.peak.bytes, kept);
  config_.train.recompute = "auto";
  EXPECT_FALSE(plan(0).recompute());
  const auto with_margin = [](int64_t bytes) {
    return static_cast<int64_t>(static_cast<double>(bytes) * kMemoryMargin) + 1;
  };
  EXPECT_FALSE(plan(with_margin(kept)).recompute());
  const Plan shorter = plan(with_margin(kept) - kMiB);
  EXPECT_TRUE(shorter.recompute());
  EXPECT_TRUE(shorter.fits());
  EXPECT_EQ(shorter.peak.bytes, recomputed.peak.bytes);
  // Every layer's forward once more, without the head.
  const Flops forward = shorter.work.forward;
  EXPECT_DOUBLE_EQ(shorter.planned().total() - plan(0).planned().total(),
                   forward.total() - forward.head);
  EXPECT_THAT(describe_memory(shorter), HasSubstr("once more in backward"));
  // Where that does not help either, the advice is about the rest.
  const Plan too_short = plan(kMiB);
  EXPECT_TRUE(too_short.recompute());
  EXPECT_THAT(memory_advice(too_short), testing::Not(HasSubstr("train.recompute")));
}

TEST_F(Planning, AWholeStepIsTheMost) {
  const auto budget = largest_budget(plan(int64_t{1} << 40));
  ASSERT_TRUE(budget.has_value());
  EXPECT_TRUE(budget->whole_step);
  EXPECT_EQ(peak_of(budget->tokens), peak_of(budget->tokens * 10));
}

TEST_F(Planning, WhatToChangeWhenTheLongestGroupDoesNotFit) {
  const Plan p = plan(static_cast<int64_t>(static_cast<double>(peak_of(1)) * kMemoryMargin) - kMiB);
  EXPECT_FALSE(largest_budget(p).has_value());
  const std::string advice = memory_advice(p);
  EXPECT_THAT(advice, HasSubstr("data.max_length"));
  EXPECT_THAT(advice, HasSubstr("419 tokens"));
  EXPECT_THAT(advice, HasSubstr("dtype bf16"));
  EXPECT_THAT(memory_advice(plan(kMiB)), HasSubstr("a smaller model"));
}

TEST_F(Planning, AfterAShortageThatWasNotPredictedHalfIsAdvised) {
  const Plan p = plan(int64_t{1} << 40);
  ASSERT_TRUE(p.fits());
  EXPECT_THAT(memory_advice(p),
              HasSubstr(fmt::format("train.micro_batch_tokens {}", p.peak.size.tokens / 2)));
  config_.train.micro_batch_tokens = 500;  // one group
  EXPECT_THAT(memory_advice(plan(int64_t{1} << 40)), HasSubstr("data.max_length"));
}

TEST_F(Planning, WithoutDataThePairsAreAsLongAsTheyMayBe) {
  config_.data.limits.max_length = 1000;
  const Plan p = make_plan(config_, load_model_config(config_.model), {}, c10::kCPU, 1, {});
  EXPECT_EQ(p.workload.longest().tokens(), 1500);
  EXPECT_EQ(p.workload.group_count(), 20);
}

TEST_F(Planning, ReferenceCountsWhereItRuns) {
  const double inlined = plan(0).planned().total();
  config_.train.cache_reference = true;
  const Plan cached = plan(0);
  EXPECT_LT(cached.planned().total(), inlined);
  // Both steps of the epoch were planned, so all groups are in them.
  EXPECT_NEAR(cached.reference_pass(), inlined - cached.planned().total(), 1e-6 * inlined);
  config_.loss.kind = PreferenceKind::kSimpo;
  EXPECT_EQ(plan(0).planned().total(), cached.planned().total());
}

TEST_F(Planning, ReportsAgree) {
  const Plan p = plan(int64_t{1} << 40);
  const Speed speed{1e12, 0.5};
  const Json json = plan_json(p, speed);
  int64_t sum = 0;
  for (const auto& [name, bytes] : json["memory"]["items"].items()) sum += bytes.get<int64_t>();
  EXPECT_EQ(sum, json["memory"]["peak"].get<int64_t>());
  EXPECT_DOUBLE_EQ(json["time"]["step"].get<double>(), p.planned().total() / 2 / 5e11);
  EXPECT_TRUE(json["memory"]["fits"].get<bool>());
  const std::string text = plan_text(p, speed);
  EXPECT_THAT(text, HasSubstr("predicted peak"));
  EXPECT_THAT(text, HasSubstr("fits: yes"));
  EXPECT_THAT(text, HasSubstr("0.50 (assumed)"));
}

}  // namespace
}  // namespace braid
