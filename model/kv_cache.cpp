// Sequences stand beside one another in one tensor per layer, each filled from its beginning: one
// attention call serves all of them, and only the cache is ever padded.
#include "model/kv_cache.h"

#include <ATen/ATen.h>
#include <ATen/TensorIndexing.h>

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "model/ops/math_type.h"

namespace braid {
namespace {

constexpr int64_t kSpare = 64;  // places at least by which a full cache grows

// A copy of `cache` [B, kv_heads, capacity, D] with room for `capacity`.
at::Tensor enlarged(const at::Tensor& cache, int64_t used, int64_t capacity) {
  auto result = at::zeros({cache.size(0), cache.size(1), capacity, cache.size(3)}, cache.options());
  result.narrow(2, 0, used).copy_(cache.narrow(2, 0, used));
  return result;
}

// Scores and softmax in float32 (double for double); ATen's fused attention knows no cap.
at::Tensor capped_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const at::Tensor& mask, const AttentionOptions& options) {
  const auto math = math_type(q);
  const auto scores = at::matmul(q.to(math), k.to(math).transpose(2, 3)).mul_(options.scale);
  scores.div_(options.softcap).tanh_().mul_(options.softcap).add_(mask);
  return at::matmul(at::softmax(scores, -1), v.to(math)).to(q.scalar_type());
}

}  // namespace

void KvCache::start(const SegmentLayout& layout, size_t layers) {
  lengths_.clear();
  for (const Segment& segment : layout.segments) {
    BRAID_ASSERT(segment.prefix < 0);
    lengths_.push_back(segment.length);
  }
  BRAID_ASSERT(!lengths_.empty());
  longest_ = std::ranges::max(lengths_);
  layers_.assign(layers, {});
  masks_.clear();
}

void KvCache::fill(size_t layer, const SegmentLayout& layout, const at::Tensor& k,
                   const at::Tensor& v) {
  // Places behind a sequence's end are read too, though with weight 0: they must be finite.
  const auto empty = [&](const at::Tensor& x) {
    return at::zeros({sequences(), x.size(1), longest_ + kSpare, x.size(2)}, x.options());
  };
  Layer& own = layers_.at(layer);
  own = {empty(k), empty(v)};
  for (size_t i = 0; i < layout.segments.size(); ++i) {
    const Segment& segment = layout.segments[i];
    const auto copy = [&](at::Tensor& cache, const at::Tensor& x) {
      cache.select(0, static_cast<int64_t>(i))
          .narrow(1, 0, segment.length)
          .copy_(x.narrow(0, segment.begin, segment.length).transpose(0, 1));
    };
    copy(own.keys, k);
    copy(own.values, v);
  }
}

void KvCache::keep(const std::vector<int64_t>& sequences) {
  std::vector<int64_t> lengths;
  for (const int64_t i : sequences) lengths.push_back(lengths_.at(static_cast<size_t>(i)));
  lengths_ = std::move(lengths);
  longest_ = lengths_.empty() ? 0 : std::ranges::max(lengths_);
  const auto index = at::tensor(sequences, at::kLong).to(layers_.front().keys.device());
  for (Layer& layer : layers_) {
    layer.keys = layer.keys.index_select(0, index);
    layer.values = layer.values.index_select(0, index);
  }
  masks_.clear();
}

const at::Tensor& KvCache::grow() {
  const at::Device device = layers_.front().keys.device();
  newest_ = at::tensor(lengths_, at::kLong).to(device);
  rows_ = at::arange(sequences(), newest_.options());
  for (int64_t& length : lengths_) ++length;
  const int64_t used = longest_++;
  masks_.clear();
  if (longest_ <= layers_.front().keys.size(2)) return newest_;
  const int64_t capacity = longest_ + std::max(kSpare, longest_ / 2);
  for (Layer& layer : layers_) {
    layer.keys = enlarged(layer.keys, used, capacity);
    layer.values = enlarged(layer.values, used, capacity);
  }
  return newest_;
}

const at::Tensor& KvCache::mask(int64_t window, const at::TensorOptions& options) {
  at::Tensor& known = masks_[window];
  if (known.defined()) return known;
  const auto place = at::arange(longest_, newest_.options()).unsqueeze(0);
  const auto newest = newest_.unsqueeze(1);
  auto hidden = place > newest;  // [B, longest]
  if (window > 0) hidden = at::logical_or(hidden, place <= newest - window);
  known = at::zeros({sequences(), 1, 1, longest_}, options)
              .masked_fill_(hidden.view({sequences(), 1, 1, longest_}),
                            -std::numeric_limits<double>::infinity());
  return known;
}

at::Tensor KvCache::attend(size_t layer, const at::Tensor& q, const at::Tensor& k,
                           const at::Tensor& v, const AttentionOptions& options) {
  Layer& own = layers_.at(layer);
  const auto place = [&](at::Tensor& cache, const at::Tensor& x) {
    cache.index_put_({rows_, at::indexing::Slice(), newest_}, x);
  };
  place(own.keys, k);
  place(own.values, v);
  // Query heads that share a key head stand as so many queries of one head.
  const int64_t kv_heads = k.size(1), width = q.size(2);
  const auto queries = q.view({sequences(), kv_heads, q.size(1) / kv_heads, width});
  const auto visible = mask(options.window, q.options()).expand({-1, -1, queries.size(2), -1});
  const auto keys = own.keys.narrow(2, 0, longest_), values = own.values.narrow(2, 0, longest_);
  const auto mixed = options.softcap > 0
                         ? capped_attention(queries, keys, values, visible, options)
                         : at::scaled_dot_product_attention(queries, keys, values, visible,
                                                            /*dropout_p=*/0.0,
                                                            /*is_causal=*/false, options.scale);
  return mixed.reshape({sequences(), q.size(1), width});
}

}  // namespace braid
