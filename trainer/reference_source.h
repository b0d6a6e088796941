// Where a training step gets the reference's log-probabilities from: a table computed before, or
// the reference policy run beside every micro-batch.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "data/batches/packed_batch.h"
#include "model/transformer.h"
#include "trainer/reference.h"

namespace braid {

class ReferenceSource {
 public:
  // The objective needs no reference.
  ReferenceSource() = default;
  // `sums` [branches of all groups] as reference_logps gives them.
  ReferenceSource(at::Tensor sums, const std::vector<EncodedGroup>& groups);
  explicit ReferenceSource(ReferencePolicy policy) : policy_(std::move(policy)) {}

  // Summed log-probabilities [B] of the branches of `batch`, which packs the groups `members`, on
  // the model's device; undefined without a reference.
  at::Tensor sums(const Transformer& model, const PackedBatch& batch,
                  const std::vector<int64_t>& members) const;

  bool is_inline() const { return policy_.has_value(); }

 private:
  at::Tensor table_;
  std::vector<int64_t> offsets_;  // first branch of every group in the table
  std::optional<ReferencePolicy> policy_;
};

}  // namespace braid
