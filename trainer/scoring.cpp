// Packing, forward and sums per answer.
#include "trainer/scoring.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "base/stop.h"
#include "data/batches/sampler.h"
#include "losses/sft.h"

namespace braid {

Scores score(const Transformer& model, const PackedBatch& batch, const Adapter* adapter,
             const ForwardMode& mode) {
  const c10::Device device = model.device();
  const auto here = [&](const at::Tensor& t) { return t.to(device, /*non_blocking=*/true); };
  const at::Tensor hidden = model.forward(here(batch.tokens), here(batch.positions), batch.layout,
                                          adapter, mode);                   // [T, d]
  const at::Tensor rows = hidden.index_select(0, here(batch.scored_rows));  // [S, d]
  Scores scores;
  scores.rows = rows.detach();
  scores.tokens = token_logps(rows, model.head_weight(), here(batch.targets),
                              {.softcap = model.config().logit_cap});
  scores.sums = branch_sums(scores.tokens.logps, here(batch.branch_of), batch.branches());
  return scores;
}

std::vector<const EncodedGroup*> pointers(const std::vector<EncodedGroup>& groups) {
  std::vector<const EncodedGroup*> result;
  for (const EncodedGroup& group : groups) result.push_back(&group);
  return result;
}

std::vector<int64_t> token_lengths(const std::vector<const EncodedGroup*>& groups) {
  std::vector<int64_t> lengths;
  for (const EncodedGroup* group : groups) lengths.push_back(group->tokens());
  return lengths;
}

std::vector<int64_t> branch_offsets(const std::vector<const EncodedGroup*>& groups) {
  std::vector<int64_t> offsets = {0};
  for (const EncodedGroup* group : groups) {
    offsets.push_back(offsets.back() + static_cast<int64_t>(group->branches.size()));
  }
  return offsets;
}

void visit_scores(const Transformer& model, const std::vector<const EncodedGroup*>& groups,
                  const Adapter* adapter, int64_t token_budget, const ScoreVisitor& visit,
                  const std::function<void(int64_t)>& progress) {
  const c10::NoGradGuard no_grad;
  int64_t done = 0;
  for (const auto& part : plan_micro_batches(token_lengths(groups), token_budget)) {
    check_stop();
    std::vector<const EncodedGroup*> members;
    for (const int64_t index : part) members.push_back(groups[static_cast<size_t>(index)]);
    const PackedBatch batch = pack(members);
    visit(part, score(model, batch, adapter), batch);
    done += static_cast<int64_t>(part.size());
    if (progress) progress(done);
  }
}

at::Tensor score_groups(const Transformer& model, const std::vector<const EncodedGroup*>& groups,
                        const Adapter* adapter, int64_t token_budget,
                        const std::function<void(int64_t)>& progress) {
  const std::vector<int64_t> offsets = branch_offsets(groups);
  at::Tensor sums = at::empty({offsets.back()}, at::kFloat);
  float* const out = sums.data_ptr<float>();
  const auto take = [&](const std::vector<int64_t>& part, const Scores& scores,
                        const PackedBatch&) {
    const at::Tensor values = scores.sums.cpu();
    const float* value = values.const_data_ptr<float>();
    for (const int64_t index : part) {
      const auto i = static_cast<size_t>(index);
      for (int64_t branch = offsets[i]; branch < offsets[i + 1]; ++branch) out[branch] = *value++;
    }
  };
  visit_scores(model, groups, adapter, token_budget, take, progress);
  return sums;
}

}  // namespace braid
