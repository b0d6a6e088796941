// Scores of all options of a task under a policy.
#pragma once

#include <functional>
#include <vector>

#include "model/transformer.h"
#include "trainer/evaluation/encoded_items.h"

namespace braid {

// One entry per item, in order; the entries point into `items`, and lack the answers. Options that
// share a prompt share its computation; nothing is padded. `progress` is called with the number of
// groups done.
std::vector<ScoredItem> score_items(const Transformer& model, const EncodedItems& items,
                                    const Adapter* adapter, int64_t token_budget,
                                    const std::function<void(int64_t)>& progress = {});

}  // namespace braid
