// What tuning did to the held-out pairs of a cell: log-ratios of tuned policy to base.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <vector>

#include "data/batches/groups.h"
#include "data/tasks/metrics/bootstrap.h"
#include "trainer/evaluation/item_file.h"

namespace braid {

// held_out_pairs.jsonl in `directory`, in the form of item_file.h: an item per pair with the
// options chosen and rejected, whose `logp` is log-probability under the policy minus that under
// the base; the tag `longer` says which of them has more tokens, when one has; pairs of one prompt
// are a cluster. `policy` and `base`: [branches of pairs], as score_groups gives them.
void write_held_out_pairs(const std::filesystem::path& directory,
                          const std::vector<EncodedGroup>& pairs, const at::Tensor& policy,
                          const at::Tensor& base);

StoredItems read_held_out_pairs(const std::filesystem::path& directory);

// How often the log-ratio of the chosen answer is the higher one, where the chosen answer is the
// longer one minus where it is the shorter one, with a 95 % interval over prompts. NaN when pairs
// of one kind are missing. Under the base all log-ratios are zero, and so is this.
Estimate length_gap(const ScoredItems& pairs);

// Mean log-ratio of chosen answers; NaN without pairs.
double chosen_log_ratio(const ScoredItems& pairs);

}  // namespace braid
