// Attention in plain ATen, written for reading: one segment at a time, a full mask, autograd's own
// backward.
#include <ATen/ATen.h>

#include <limits>

#include "model/attention.h"
#include "model/ops/math_type.h"

namespace braid {
namespace {

// One run of queries over all its keys: q [n, heads, D] at positions `first`..., k and v
// [m, kv_heads, D] at positions 0... -> [n, heads, D].
at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, int64_t first,
                  const AttentionOptions& options) {
  const int64_t n = q.size(0), m = k.size(0), group = q.size(1) / k.size(1);
  const auto math = math_type(q);
  const auto heads_first = [&](const at::Tensor& x, int64_t repeats) {
    return x.to(math).transpose(0, 1).repeat_interleave(repeats, 0);  // [heads, tokens, D]
  };
  const auto numbers = q.options().dtype(at::kLong);
  const auto query = (at::arange(n, numbers) + first).unsqueeze(1);
  const auto key = at::arange(m, numbers).unsqueeze(0);
  auto hidden = key > query;  // [n, m]
  if (options.window > 0) hidden = at::logical_or(hidden, key <= query - options.window);
  auto scores =
      at::matmul(heads_first(q, 1), heads_first(k, group).transpose(1, 2)) * options.scale;
  if (options.softcap > 0) scores = options.softcap * (scores / options.softcap).tanh();
  const auto weights =
      scores.masked_fill(hidden, -std::numeric_limits<double>::infinity()).softmax(-1);
  return at::matmul(weights, heads_first(v, group)).transpose(0, 1).to(q.scalar_type());
}

}  // namespace

at::Tensor attention_reference(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                               const SegmentLayout& layout, const AttentionOptions& options) {
  std::vector<at::Tensor> outputs;
  for (const Segment& segment : layout.segments) {
    const auto with_prefix = [&](const at::Tensor& x) {
      const auto own = x.narrow(0, segment.begin, segment.length);
      if (segment.prefix < 0) return own;
      const Segment& prefix = layout.segments[static_cast<size_t>(segment.prefix)];
      return at::cat({x.narrow(0, prefix.begin, prefix.length), own});
    };
    outputs.push_back(attend(q.narrow(0, segment.begin, segment.length), with_prefix(k),
                             with_prefix(v), segment.position, options));
  }
  return at::cat(outputs);
}

}  // namespace braid
