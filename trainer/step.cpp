#include "trainer/step.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "base/error.h"
#include "base/random.h"
#include "data/batches/packed_batch.h"
#include "data/batches/sampler.h"
#include "trainer/scoring.h"

namespace braid {
namespace {

struct BranchRoles {
  std::vector<int64_t> chosen, rejected;  // branch numbers of the pairs
  std::vector<int64_t> sft;               // chosen answers and demonstrations
  std::vector<float> margins, weights;    // of the pairs
};

BranchRoles roles_of(const PackedBatch& batch) {
  BranchRoles roles;
  for (int64_t g = 0; g < batch.groups(); ++g) {
    const auto i = static_cast<size_t>(g);
    const int64_t first = batch.group_begin[i], count = batch.group_begin[i + 1] - first;
    BRAID_ASSERT(count == 1 || count == 2);
    roles.sft.push_back(first);
    if (count == 1) continue;
    roles.chosen.push_back(first);
    roles.rejected.push_back(first + 1);
    roles.margins.push_back(static_cast<float>(batch.margins[i]));
    roles.weights.push_back(static_cast<float>(batch.weights[i]));
  }
  return roles;
}

StepTotals totals_of(const StepContext& context, const std::vector<int64_t>& members) {
  StepTotals totals;
  for (const int64_t member : members) {
    const EncodedGroup& group = context.groups[static_cast<size_t>(member)];
    totals.sft_tokens += static_cast<double>(group.branches[0].size());
    // Summed as the objective sums them, in float32 weights.
    if (group.branches.size() == 2) totals.pair_weight += static_cast<float>(group.weight);
  }
  return totals;
}

// Monitoring of the scored rows; the mean logit of a row is its product with the mean head row.
at::Tensor token_sums(const TokenLogps& tokens, const at::Tensor& mean_logits,
                      const at::Tensor& is_rejected) {
  const at::NoGradGuard no_grad;
  const auto rejected = is_rejected.to(at::kDouble), chosen = 1 - rejected;
  const auto logits = mean_logits.to(at::kDouble);
  return at::stack({tokens.entropy.to(at::kDouble).sum(), at::ones_like(chosen).sum(),
                    (tokens.correct.to(at::kDouble) * chosen).sum(), chosen.sum(),
                    (logits * chosen).sum(), rejected.sum(), (logits * rejected).sum()});
}

class MicroBatch {
 public:
  MicroBatch(const StepContext& context, std::vector<int64_t> members)
      : context_(context), members_(std::move(members)) {
    std::vector<const EncodedGroup*> groups;
    for (const int64_t member : members_) {
      groups.push_back(&context.groups[static_cast<size_t>(member)]);
    }
    batch_ = pack(groups);
    roles_ = roles_of(batch_);
  }

  void accumulate(const StepTotals& totals, uint64_t dropout_key, StepSums& sums) const {
    const auto device = context_.model.device();
    const auto reference = context_.reference.sums(context_.model, batch_, members_);
    const Scores scores = score(context_.model, batch_, &context_.adapter,
                                {.dropout_key = dropout_key, .recompute = context_.recompute});
    const auto here = [&](const at::Tensor& t) { return t.to(device, /*non_blocking=*/true); };
    ObjectiveInput input;
    input.branch_sums = scores.sums;
    input.branch_lengths = here(at::tensor(batch_.branch_lengths, at::kLong));
    input.reference_sums = reference;
    input.chosen = here(at::tensor(roles_.chosen, at::kLong));
    input.rejected = here(at::tensor(roles_.rejected, at::kLong));
    input.margins = here(at::tensor(roles_.margins, at::kFloat));
    input.weights = here(at::tensor(roles_.weights, at::kFloat));
    input.sft_branches = here(at::tensor(roles_.sft, at::kLong));
    const ObjectiveOutput output = objective(context_.objective, input, totals);
    output.loss.backward();

    auto is_rejected = at::zeros({batch_.branches()}, at::TensorOptions(at::kBool).device(device));
    is_rejected.index_fill_(0, input.rejected, true);
    is_rejected = is_rejected.index_select(0, here(batch_.branch_of));
    const auto add = [](at::Tensor& total, const at::Tensor& part) {
      total = total.defined() ? total + part : part;
    };
    add(sums.objective, output.sums);
    add(sums.tokens,
        token_sums(scores.tokens, at::mv(scores.rows, context_.mean_head), is_rejected));
    count_work(sums);
  }

 private:
  void count_work(StepSums& sums) const {
    const FlopCounter& counter = context_.flops;
    const int64_t scored = batch_.scored_rows.numel();
    sums.processed_tokens += batch_.layout.tokens;
    sums.pairs += static_cast<int64_t>(roles_.chosen.size());
    const int64_t adapter = context_.adapter.parameter_count();
    sums.flops += counter.forward(batch_.layout, scored, adapter).total() +
                  counter.backward(batch_.layout, scored, adapter).total();
    if (context_.reference.is_inline()) {
      sums.flops += counter.forward(batch_.layout, scored, /*adapter_parameters=*/0).total();
    }
  }

  const StepContext& context_;
  std::vector<int64_t> members_;
  PackedBatch batch_;
  BranchRoles roles_;
};

}  // namespace

StepSums accumulate_gradients(const StepContext& context, const std::vector<int64_t>& members,
                              uint64_t dropout_key,
                              const std::function<void()>& before_micro_batch) {
  context.adapter.flat_grad().zero_();
  std::vector<int64_t> lengths;
  for (const int64_t member : members) {
    lengths.push_back(context.groups[static_cast<size_t>(member)].tokens());
  }
  const StepTotals totals = totals_of(context, members);
  const bool dropout = context.adapter.config().dropout > 0;
  StepSums sums;
  uint64_t index = 0;
  for (const auto& part : plan_micro_batches(lengths, context.micro_batch_tokens)) {
    if (before_micro_batch) before_micro_batch();
    std::vector<int64_t> part_members;
    for (const int64_t i : part) part_members.push_back(members[static_cast<size_t>(i)]);
    // 0 would switch dropout off.
    const uint64_t key = dropout ? random_bits(dropout_key, 0, index) | 1 : 0;
    MicroBatch(context, std::move(part_members)).accumulate(totals, key, sums);
    ++index;
  }
  return sums;
}

Metrics step_metrics(const ObjectiveConfig& objective, const StepSums& sums) {
  Metrics metrics = objective_metrics(objective, sums.objective);
  const auto host = sums.tokens.cpu();
  const double* token = host.const_data_ptr<double>();
  const auto mean = [&](const char* name, TokenSlot sum, TokenSlot count) {
    if (token[count] > 0) metrics.emplace_back(name, token[sum] / token[count]);
  };
  mean("logits/chosen", kChosenLogits, kChosenTokens);
  mean("logits/rejected", kRejectedLogits, kRejectedTokens);
  mean("entropy", kEntropy, kScoredTokens);
  mean("mean_token_accuracy", kCorrectChosen, kChosenTokens);
  return metrics;
}

}  // namespace braid
