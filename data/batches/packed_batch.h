// A flat micro-batch as tensors. The one place where data becomes tensors.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "base/segments.h"
#include "data/batches/groups.h"

namespace braid {

// T tokens, S scored rows, B branches over all groups in order, G groups.
struct PackedBatch {
  SegmentLayout layout;
  at::Tensor tokens;                    // [T] int64
  at::Tensor positions;                 // [T] int64
  at::Tensor scored_rows;               // [S] int64: token row whose hidden state predicts targets
  at::Tensor targets;                   // [S] int64
  at::Tensor branch_of;                 // [S] int64: branch of a scored row
  std::vector<int64_t> branch_lengths;  // [B]: scored tokens
  std::vector<int64_t> group_begin;     // [G+1]: first branch of each group, and B
  std::vector<double> margins;          // [G]
  std::vector<double> weights;          // [G]

  int64_t groups() const { return static_cast<int64_t>(margins.size()); }
  int64_t branches() const { return static_cast<int64_t>(branch_lengths.size()); }
};

// Lays out [prompt | branch 0 | branch 1 ...] per group. A branch token at offset 0 is predicted by
// the last prompt row (so that row is scored once per branch), a token at offset k > 0 by branch
// row k-1. CPU tensors; no groups give an empty batch.
PackedBatch pack(const std::vector<const EncodedGroup*>& groups);

}  // namespace braid
