// Checks of a layout and the index tensors of the varlen call.
#include <ATen/ATen.h>

#include <algorithm>
#include <functional>

#include "base/error.h"
#include "model/attention.h"

namespace braid {
namespace {

// Visible (query, key) pairs of a group, without a window.
int64_t pairs_of(const std::vector<Segment>& segments, const std::vector<size_t>& members) {
  int64_t pairs = 0;
  for (const size_t i : members) {
    const Segment& segment = segments[i];
    pairs += segment.length * segment.position + segment.length * (segment.length + 1) / 2;
  }
  return pairs;
}

}  // namespace

AttentionPlan::AttentionPlan(const SegmentLayout& layout, at::Device device) : layout_(layout) {
  const auto& segments = layout_.segments;
  std::vector<int64_t> rows;
  std::vector<int32_t> queries = {0}, keys = {0};
  std::vector<size_t> group_of(segments.size());
  int64_t expected_begin = 0;
  for (size_t i = 0; i < segments.size(); ++i) {
    const Segment& segment = segments[i];
    BRAID_ASSERT(segment.begin == expected_begin && segment.length > 0);
    expected_begin += segment.length;
    int64_t prefix_length = 0;
    if (segment.prefix < 0) {
      group_of[i] = groups_.size();
      groups_.emplace_back();
    } else {
      const auto prefix = static_cast<size_t>(segment.prefix);
      BRAID_ASSERT(prefix < i && segments[prefix].prefix < 0);
      group_of[i] = group_of[prefix];
      prefix_length = segments[prefix].length;
      for (int64_t r = 0; r < prefix_length; ++r) rows.push_back(segments[prefix].begin + r);
    }
    BRAID_ASSERT(segment.position == prefix_length);
    groups_[group_of[i]].push_back(i);
    for (int64_t r = 0; r < segment.length; ++r) rows.push_back(segment.begin + r);
    queries.push_back(static_cast<int32_t>(expected_begin));
    keys.push_back(static_cast<int32_t>(rows.size()));
    longest_query_ = std::max(longest_query_, segment.length);
    longest_key_ = std::max(longest_key_, prefix_length + segment.length);
  }
  BRAID_ASSERT(expected_begin == layout_.tokens);
  std::ranges::stable_sort(groups_, std::ranges::greater(),
                           [&](const auto& members) { return pairs_of(segments, members); });
  if (device.is_cpu()) return;
  key_rows_ = at::tensor(rows, at::kLong).to(device);
  query_offsets_ = at::tensor(queries, at::kInt).to(device);
  key_offsets_ = at::tensor(keys, at::kInt).to(device);
}

}  // namespace braid
