// Log-probabilities of answers under a policy: the one code path for training, reference,
// evaluation and self-tests.
#pragma once

#include <functional>
#include <vector>

#include "data/batches/packed_batch.h"
#include "losses/token_logps.h"
#include "model/transformer.h"

namespace braid {

struct Scores {
  at::Tensor sums;    // [B] float32: summed token log-probabilities per branch, differentiable
  TokenLogps tokens;  // per scored row
  at::Tensor rows;    // [S, hidden]: what the head saw, detached
};

// `batch` may live on the CPU; its tensors are moved to the model's device. Gradients when grad
// mode is on.
Scores score(const Transformer& model, const PackedBatch& batch, const Adapter* adapter,
             const ForwardMode& mode = {});

// Packs `groups` into micro-batches of `token_budget` and calls visit(part, scores, batch) for
// each, without gradients; `part` holds the indices of its groups, in the order of the batch.
// `progress` is called with the number of groups done. Asks check_stop() before every micro-batch.
using ScoreVisitor = std::function<void(const std::vector<int64_t>& part, const Scores& scores,
                                        const PackedBatch& batch)>;
void visit_scores(const Transformer& model, const std::vector<const EncodedGroup*>& groups,
                  const Adapter* adapter, int64_t token_budget, const ScoreVisitor& visit,
                  const std::function<void(int64_t)>& progress);

// Summed log-probabilities of every branch of `groups` without gradients, [total branches] on the
// CPU, in group order. `progress` is called with the number of groups done.
at::Tensor score_groups(const Transformer& model, const std::vector<const EncodedGroup*>& groups,
                        const Adapter* adapter, int64_t token_budget,
                        const std::function<void(int64_t)>& progress = {});

// First branch of every group in such a flat vector, plus the total.
std::vector<int64_t> branch_offsets(const std::vector<const EncodedGroup*>& groups);

std::vector<const EncodedGroup*> pointers(const std::vector<EncodedGroup>& groups);
std::vector<int64_t> token_lengths(const std::vector<const EncodedGroup*>& groups);

}  // namespace braid
