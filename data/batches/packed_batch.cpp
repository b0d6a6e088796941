// Laying out groups as one flat micro-batch.
#include "data/batches/packed_batch.h"

#include <ATen/ops/empty.h>

#include <algorithm>

#include "base/error.h"

namespace braid {
namespace {

at::Tensor to_tensor(const std::vector<int64_t>& values) {
  at::Tensor tensor = at::empty({static_cast<int64_t>(values.size())}, at::kLong);
  std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<int64_t>());
  return tensor;
}

// The columns of a batch while they grow.
struct Columns {
  std::vector<int64_t> tokens, positions;
  std::vector<int64_t> scored_rows, targets, branch_of;

  void append_tokens(TokenIds ids, int64_t first_position) {
    int64_t position = first_position;
    for (const int32_t id : ids) {
      tokens.push_back(id);
      positions.push_back(position++);
    }
  }

  void append_scores(TokenIds branch, int64_t prompt_end, int64_t branch_begin,
                     int64_t branch_number) {
    int64_t row = prompt_end - 1;
    for (size_t k = 0; k < branch.size(); ++k) {
      scored_rows.push_back(row);
      targets.push_back(branch[k]);
      branch_of.push_back(branch_number);
      row = branch_begin + static_cast<int64_t>(k);
    }
  }
};

void append_group(const EncodedGroup& group, PackedBatch& batch, Columns& columns) {
  BRAID_ASSERT(!group.prompt.empty() && !group.branches.empty());
  auto& segments = batch.layout.segments;
  const auto prompt_segment = static_cast<int64_t>(segments.size());
  const auto prompt_begin = static_cast<int64_t>(columns.tokens.size());
  const auto prompt_length = static_cast<int64_t>(group.prompt.size());
  segments.push_back({prompt_begin, prompt_length, -1, 0});
  columns.append_tokens(group.prompt, 0);
  for (const TokenIds branch : group.branches) {
    BRAID_ASSERT(!branch.empty());
    const auto begin = static_cast<int64_t>(columns.tokens.size());
    const auto length = static_cast<int64_t>(branch.size());
    segments.push_back({begin, length, prompt_segment, prompt_length});
    columns.append_tokens(branch, prompt_length);
    columns.append_scores(branch, prompt_begin + prompt_length, begin, batch.branches());
    batch.branch_lengths.push_back(length);
  }
  batch.group_begin.push_back(batch.branches());
  batch.margins.push_back(group.margin);
  batch.weights.push_back(group.weight);
}

}  // namespace

PackedBatch pack(const std::vector<const EncodedGroup*>& groups) {
  PackedBatch batch;
  Columns columns;
  batch.group_begin.push_back(0);
  for (const EncodedGroup* group : groups) append_group(*group, batch, columns);
  batch.layout.tokens = static_cast<int64_t>(columns.tokens.size());
  batch.tokens = to_tensor(columns.tokens);
  batch.positions = to_tensor(columns.positions);
  batch.scored_rows = to_tensor(columns.scored_rows);
  batch.targets = to_tensor(columns.targets);
  batch.branch_of = to_tensor(columns.branch_of);
  return batch;
}

}  // namespace braid
