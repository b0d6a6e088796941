// What stored log-probabilities of a reference are named and checked by.
#pragma once

#include <span>
#include <vector>

#include "base/hash.h"
#include "model/transformer.h"
#include "trainer/reference.h"

namespace braid {

// Prompt and branches with their lengths: no two lists of groups are the same bytes.
void hash_tokens(const EncodedGroup& group, Hasher& hasher);

// Scores a few of `groups` again, spread over the list. The largest difference per token to
// `stored` [branches of groups]; NaN when a stored value is none. 0 for no groups.
double spot_check(const Transformer& model, const ReferencePolicy& reference,
                  const std::vector<const EncodedGroup*>& groups, std::span<const float> stored);

// Whether a difference per token can come from another packing, thread count or device.
bool is_rounding(double gap, const Transformer& model);

}  // namespace braid
