// Properties of a training step: how work is cut must not show in the gradient.
#include "trainer/step.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/stop.h"
#include "tests/trainer/tiny_training.h"

namespace braid {
namespace {

class Step : public ::testing::Test {
 protected:
  Step() : adapter_(test::formula_adapter(model_.config, lora(), 0.125)) {
    objective_.sft_weight = 0.5;
  }

  static LoraConfig lora(double dropout = 0) {
    LoraConfig lora;
    lora.rank = 2;
    lora.alpha = 4;
    lora.dropout = dropout;
    return lora;
  }

  struct Outcome {
    at::Tensor gradient;
    Metrics metrics;
    StepSums sums;
  };
  Outcome run(int64_t micro_batch_tokens, const ReferenceSource& reference, uint64_t key = 0) {
    const StepSums sums =
        accumulate_gradients(context(micro_batch_tokens, reference), all_members(), key);
    return {adapter_.flat_grad().clone(), step_metrics(objective_, sums), sums};
  }
  std::vector<int64_t> all_members() const {
    std::vector<int64_t> members(groups_.size());
    std::iota(members.begin(), members.end(), int64_t{0});
    return members;
  }
  Outcome run(int64_t micro_batch_tokens, uint64_t key = 0) {
    return run(micro_batch_tokens, ReferenceSource(ReferencePolicy{"base", "base", nullptr}), key);
  }

  StepContext context(int64_t micro_batch_tokens, const ReferenceSource& reference) const {
    return {model_.transformer,
            adapter_,
            groups_,
            reference,
            objective_,
            micro_batch_tokens,
            test::mean_head(model_.transformer),
            recompute_};
  }

  static void expect_same(const Outcome& a, const Outcome& b) {
    // Sums of some dozens of float32 terms of order 1, in another order.
    EXPECT_LT((a.gradient - b.gradient).abs().max().item<float>(), 1e-5f);
    ASSERT_EQ(a.metrics.size(), b.metrics.size());
    for (size_t i = 0; i < a.metrics.size(); ++i) {
      EXPECT_EQ(a.metrics[i].first, b.metrics[i].first);
      EXPECT_NEAR(a.metrics[i].second, b.metrics[i].second,
                  1e-5 * std::max(1.0, std::abs(b.metrics[i].second)))
          << b.metrics[i].first;
    }
  }

  LoadedModel model_ = test::formula_model(test::tiny_config_json("qwen3"), 0.25);
  Adapter adapter_;
  ObjectiveConfig objective_;
  GroupStore store_ = make_store(test::mixed_groups(13));
  const std::vector<EncodedGroup>& groups_ = store_.groups();
  bool recompute_ = false;
};

TEST_F(Step, AccumulationEqualsOneBatch) {
  const Outcome whole = run(100000);
  EXPECT_GT(whole.gradient.abs().max().item<float>(), 1e-3f);
  expect_same(run(1), whole);   // one group at a time
  expect_same(run(25), whole);  // a few
}

TEST_F(Step, AnAbandonedStepTouchesNothingButItsGradient) {
  const at::Tensor before = adapter_.flat().clone();
  const Outcome whole = run(25);
  const ReferenceSource reference(ReferencePolicy{"base", "base", nullptr});
  int calls = 0;
  const auto leave = [&] {
    if (++calls == 3) throw Stopped("test");
  };
  EXPECT_THROW(accumulate_gradients(context(25, reference), all_members(), 0, leave), Stopped);
  EXPECT_GT(adapter_.flat_grad().abs().max().item<float>(), 0);  // of the micro-batches before
  EXPECT_TRUE(at::equal(adapter_.flat(), before));
  EXPECT_TRUE(at::equal(run(25).gradient, whole.gradient));
}

TEST_F(Step, RecomputingLayersChangesNoBit) {
  const Outcome kept = run(60, /*key=*/5);
  recompute_ = true;
  const Outcome recomputed = run(60, /*key=*/5);
  EXPECT_TRUE(at::equal(recomputed.gradient, kept.gradient));
  EXPECT_EQ(recomputed.metrics, kept.metrics);
}

TEST_F(Step, SharedPromptEqualsDuplicatedPrompt) {
  // Every answer in a batch of its own: its sum, and through it every loss and gradient, is the
  // one of a model that sees prompt and answer alone.
  const auto sums_of = [&](const std::vector<const EncodedGroup*>& groups) {
    return score(model_.transformer, pack(groups), &adapter_).sums;
  };
  const auto shared = sums_of(pointers(groups_));
  std::vector<at::Tensor> alone;
  for (const EncodedGroup& group : groups_) {
    for (const TokenIds branch : group.branches) {
      const GroupStore one = make_store({test::demonstration_group(
          {group.prompt.begin(), group.prompt.end()}, {branch.begin(), branch.end()})});
      alone.push_back(sums_of(pointers(one.groups())));
    }
  }
  EXPECT_LT((shared - at::cat(alone)).abs().max().item<float>(), 1e-5f);
  const auto weights = at::sin(at::arange(shared.numel(), at::kFloat));
  adapter_.flat_grad().zero_();
  (shared * weights).sum().backward();
  const auto expected = adapter_.flat_grad().clone();
  adapter_.flat_grad().zero_();
  (at::cat(alone) * weights).sum().backward();
  EXPECT_LT((adapter_.flat_grad() - expected).abs().max().item<float>(), 1e-5f);
}

TEST_F(Step, TableOfReferenceEqualsInlineReference) {
  const auto table = score_groups(model_.transformer, pointers(groups_), nullptr, 30);
  const Outcome cached = run(60, ReferenceSource(table, groups_));
  const Outcome computed = run(60);
  expect_same(cached, computed);
  EXPECT_GT(computed.sums.flops, cached.sums.flops);
}

TEST_F(Step, PreferenceLossAtTheStartIsLn2) {
  const at::NoGradGuard no_grad;
  for (const auto& [module, pair] : adapter_.pairs()) pair.b.zero_();
  const at::AutoGradMode grad(true);
  const Outcome outcome = run(50);
  for (const auto& [name, value] : outcome.metrics) {
    if (name == "loss/preference") {
      EXPECT_NEAR(value, std::log(2.0), 1e-6);
    } else if (name == "rewards/margins") {
      EXPECT_EQ(value, 0.0);
    }
  }
}

TEST_F(Step, DropoutIsAFunctionOfItsKey) {
  const auto plain = run(40).gradient;
  Adapter with_dropout(model_.config, lora(0.5), 0, at::kCPU);
  {
    const at::NoGradGuard no_grad;
    with_dropout.flat().copy_(adapter_.flat());
  }
  adapter_ = std::move(with_dropout);
  const auto first = run(40, 7).gradient;
  EXPECT_TRUE(at::equal(run(40, 7).gradient, first));
  EXPECT_FALSE(at::equal(run(40, 8).gradient, first));
  EXPECT_FALSE(at::equal(plain, first));
}

TEST_F(Step, CountsTokensPairsAndFlops) {
  const Outcome outcome = run(30);
  int64_t tokens = 0, pairs = 0;
  for (const EncodedGroup& group : groups_) {
    tokens += group.tokens();
    pairs += group.branches.size() == 2 ? 1 : 0;
  }
  EXPECT_EQ(outcome.sums.processed_tokens, tokens);
  EXPECT_EQ(outcome.sums.pairs, pairs);
}

}  // namespace
}  // namespace braid
