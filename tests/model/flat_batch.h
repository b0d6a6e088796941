// Flat micro-batches for tests: groups of one prompt and its branches, and single sequences.
#pragma once

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <vector>

#include "base/segments.h"
#include "model/transformer.h"

namespace braid::test {

using Tokens = std::vector<int64_t>;

struct Group {
  Tokens prompt;
  std::vector<Tokens> branches;
};

// [prompt | branch 0 | branch 1 | ...] for every group.
inline SegmentLayout layout_of(const std::vector<Group>& groups) {
  SegmentLayout layout;
  const auto add = [&](size_t length, int64_t prefix, int64_t position) {
    const auto count = static_cast<int64_t>(length);
    layout.segments.push_back({layout.tokens, count, prefix, position});
    layout.tokens += count;
  };
  for (const auto& group : groups) {
    const auto root = static_cast<int64_t>(layout.segments.size());
    add(group.prompt.size(), -1, 0);
    for (const auto& branch : group.branches) {
      add(branch.size(), root, static_cast<int64_t>(group.prompt.size()));
    }
  }
  return layout;
}

inline at::Tensor tokens_of(const std::vector<Group>& groups) {
  Tokens tokens;
  for (const auto& group : groups) {
    tokens.insert(tokens.end(), group.prompt.begin(), group.prompt.end());
    for (const auto& branch : group.branches) {
      tokens.insert(tokens.end(), branch.begin(), branch.end());
    }
  }
  return at::tensor(tokens, at::kLong);
}

inline at::Tensor positions_of(const SegmentLayout& layout) {
  Tokens positions;
  for (const auto& segment : layout.segments) {
    for (int64_t i = 0; i < segment.length; ++i) positions.push_back(segment.position + i);
  }
  return at::tensor(positions, at::kLong);
}

// Rows of the flat batch that segment `index` sees: its prefix's, then its own.
inline std::vector<int64_t> rows_seen(const SegmentLayout& layout, size_t index) {
  std::vector<int64_t> rows;
  const auto add = [&](const Segment& segment) {
    for (int64_t i = 0; i < segment.length; ++i) rows.push_back(segment.begin + i);
  };
  const auto& segment = layout.segments[index];
  if (segment.prefix >= 0) add(layout.segments[static_cast<size_t>(segment.prefix)]);
  add(segment);
  return rows;
}

// Final hidden states of a batch.
inline at::Tensor hidden_states(const Transformer& model, const std::vector<Group>& groups,
                                const Adapter* adapter = nullptr) {
  const auto layout = layout_of(groups);
  return model.forward(tokens_of(groups), positions_of(layout), layout, adapter);
}

// Log-probabilities of `targets` given hidden states of the rows before them, by the plain head.
inline at::Tensor target_logprobs(const Transformer& model, const at::Tensor& hidden,
                                  const Tokens& targets) {
  const auto logits = model.logits(hidden).to(at::kFloat);
  const auto index = at::tensor(targets, at::kLong).unsqueeze(1);
  return at::log_softmax(logits, -1).gather(1, index).squeeze(1);
}

// Log-probabilities [T - 1] of tokens 1... of one sequence.
inline at::Tensor sequence_logprobs(const Transformer& model, const Tokens& tokens) {
  const at::NoGradGuard no_grad;
  const auto hidden = hidden_states(model, {{tokens, {}}});
  return target_logprobs(model, hidden.narrow(0, 0, hidden.size(0) - 1),
                         {tokens.begin() + 1, tokens.end()});
}

}  // namespace braid::test
