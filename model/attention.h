// Causal attention over a flat micro-batch with shared prompts.
//
// Every segment attends to its prefix segment (in full, or within the window) and causally to
// itself. q/k already carry RoPE. Grouped queries: query head h uses key/value head
// h / (heads / kv_heads).
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "base/segments.h"

namespace braid {

// What attention needs to know about a layout, made once per micro-batch and used by every layer.
class AttentionPlan {
 public:
  // Checks that segments are contiguous, that a prefix is a root segment before its users and that
  // positions continue where the prefix ends.
  AttentionPlan(const SegmentLayout& layout, at::Device device = at::kCPU);  // implicit on purpose

  const SegmentLayout& layout() const { return layout_; }
  // Segment numbers, grouped: a root segment and the segments it is the prefix of. The group with
  // the most visible (query, key) pairs comes first.
  const std::vector<std::vector<size_t>>& groups() const { return groups_; }

  // For one varlen call per layer (CUDA only): rows of k/v in the order [prefix, own] of every
  // segment, and cumulative lengths.
  const at::Tensor& key_rows() const { return key_rows_; }            // [sum of keys] int64
  const at::Tensor& query_offsets() const { return query_offsets_; }  // [segments + 1] int32
  const at::Tensor& key_offsets() const { return key_offsets_; }      // [segments + 1] int32
  int64_t longest_query() const { return longest_query_; }
  int64_t longest_key() const { return longest_key_; }

 private:
  SegmentLayout layout_;
  std::vector<std::vector<size_t>> groups_;
  at::Tensor key_rows_, query_offsets_, key_offsets_;
  int64_t longest_query_ = 0, longest_key_ = 0;
};

// Weights are softmax(cap(scale * q k^T)) over the visible keys; cap(x) = softcap * tanh(x /
// softcap).
struct AttentionOptions {
  double scale;
  int64_t window = 0;  // keys visible including the own, counted in positions; 0: all
  double softcap = 0;  // 0: none
};

// q [T, heads, D], k and v [T, kv_heads, D] -> [T, heads, D]. Differentiable in q, k, v. CPU: float
// and bfloat16 per group, without computing the masked half; CUDA: one varlen flash call for bf16
// and fp16 without a cap; the reference otherwise.
at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                     const AttentionPlan& plan, const AttentionOptions& options);

// The same contract in plain ATen with explicit masks, any device and dtype: the oracle.
at::Tensor attention_reference(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                               const SegmentLayout& layout, const AttentionOptions& options);

}  // namespace braid
