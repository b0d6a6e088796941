// Keys and values of earlier positions of several sequences, for generation.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <vector>

#include "base/segments.h"
#include "model/attention.h"

namespace braid {

class KvCache {
 public:
  const std::vector<int64_t>& lengths() const { return lengths_; }  // tokens of each sequence
  int64_t sequences() const { return static_cast<int64_t>(lengths_.size()); }

  // Only these sequences, ascending, stay; they move up.
  void keep(const std::vector<int64_t>& sequences);

  // Sequences as they are at first: one root segment of `layout` each, every layer's keys and
  // values k, v [T, kv_heads, D]. `lengths` counts from the first fill on.
  void start(const SegmentLayout& layout, size_t layers);
  void fill(size_t layer, const SegmentLayout& layout, const at::Tensor& k, const at::Tensor& v);

  // One more token for every sequence: grow() first, which gives its positions [B], then attend()
  // in every layer. k, v [B, kv_heads, D] of the new tokens and queries q [B, heads, D] -> [B,
  // heads, D].
  const at::Tensor& grow();
  at::Tensor attend(size_t layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                    const AttentionOptions& options);

 private:
  struct Layer {
    at::Tensor keys, values;  // [B, kv_heads, capacity, D]
  };

  // [B, 1, 1, longest]: 0 for keys that the newest token sees, -inf for the others.
  const at::Tensor& mask(int64_t window, const at::TensorOptions& options);

  std::vector<int64_t> lengths_;
  std::vector<Layer> layers_;
  int64_t longest_ = 0;
  std::map<int64_t, at::Tensor> masks_;  // by window, for the current lengths
  at::Tensor rows_, newest_;             // [B] int64: sequence numbers, places of the new tokens
};

}  // namespace braid
