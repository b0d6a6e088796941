#include "trainer/reference_source.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "base/error.h"

namespace braid {

ReferenceSource::ReferenceSource(at::Tensor sums, const std::vector<EncodedGroup>& groups)
    : table_(std::move(sums)), offsets_(branch_offsets(pointers(groups))) {
  BRAID_ASSERT(table_.numel() == offsets_.back());
}

at::Tensor ReferenceSource::sums(const Transformer& model, const PackedBatch& batch,
                                 const std::vector<int64_t>& members) const {
  const at::NoGradGuard no_grad;
  if (policy_) return score(model, batch, policy_->adapter.get()).sums;
  if (!table_.defined()) return {};
  std::vector<int64_t> rows;
  for (const int64_t member : members) {
    const auto i = static_cast<size_t>(member);
    for (int64_t branch = offsets_[i]; branch < offsets_[i + 1]; ++branch) rows.push_back(branch);
  }
  return table_.index_select(0, at::tensor(rows, at::kLong)).to(model.device());
}

}  // namespace braid
