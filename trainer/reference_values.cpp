#include "trainer/reference_values.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "trainer/scoring.h"

namespace braid {
namespace {

constexpr size_t kSpotChecks = 3;

void hash_count(size_t size, Hasher& hasher) {
  const uint64_t count = size;
  hasher.update(std::as_bytes(std::span(&count, 1)));
}

void hash_ids(TokenIds ids, Hasher& hasher) {
  hash_count(ids.size(), hasher);
  hasher.update(std::as_bytes(ids));
}

}  // namespace

void hash_tokens(const EncodedGroup& group, Hasher& hasher) {
  hash_ids(group.prompt, hasher);
  hash_count(group.branches.size(), hasher);
  for (const TokenIds branch : group.branches) hash_ids(branch, hasher);
}

double spot_check(const Transformer& model, const ReferencePolicy& reference,
                  const std::vector<const EncodedGroup*>& groups, std::span<const float> stored) {
  const auto offsets = branch_offsets(groups);
  double worst = 0;
  for (size_t i = 0; i < groups.size(); i += std::max<size_t>(1, groups.size() / kSpotChecks)) {
    const at::Tensor fresh = score_groups(model, {groups[i]}, reference.adapter.get(), 1);
    const float* const now = fresh.const_data_ptr<float>();
    for (size_t b = 0; b < groups[i]->branches.size(); ++b) {
      const double gap = std::abs(double{now[b]} - stored[static_cast<size_t>(offsets[i]) + b]);
      // A stored NaN compares with nothing, and must not pass.
      if (!std::isfinite(gap)) return gap;
      worst = std::max(worst, gap / static_cast<double>(groups[i]->branches[b].size()));
    }
  }
  return worst;
}

bool is_rounding(double gap, const Transformer& model) {
  return gap <= (model.dtype() == at::kFloat ? 1e-3 : 5e-2);
}

}  // namespace braid
