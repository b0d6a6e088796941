#include "trainer/plan/workload.h"

#include <algorithm>
#include <numeric>

namespace braid {
namespace {

constexpr int64_t kPlannedSteps = 200;  // enough for means within some per cent, in milliseconds

std::vector<int64_t> tokens_of(const std::vector<GroupLengths>& groups) {
  std::vector<int64_t> tokens;
  for (const GroupLengths& group : groups) tokens.push_back(group.tokens());
  return tokens;
}

}  // namespace

int64_t GroupLengths::scored() const {
  return std::accumulate(branches.begin(), branches.end(), int64_t{0});
}

int64_t GroupLengths::tokens() const { return prompt + scored(); }

SegmentLayout layout_of(const std::vector<GroupLengths>& groups) {
  SegmentLayout layout;
  const auto add = [&](int64_t length, int64_t prefix, int64_t position) {
    layout.segments.push_back({layout.tokens, length, prefix, position});
    layout.tokens += length;
  };
  for (const GroupLengths& group : groups) {
    const auto root = static_cast<int64_t>(layout.segments.size());
    add(group.prompt, -1, 0);
    for (const int64_t branch : group.branches) add(branch, root, group.prompt);
  }
  return layout;
}

MicroBatchSize size_of(const std::vector<GroupLengths>& groups) {
  MicroBatchSize size;
  for (const GroupLengths& group : groups) {
    size.tokens += group.tokens();
    size.scored += group.scored();
    size.keys += group.tokens() + group.prompt * static_cast<int64_t>(group.branches.size());
  }
  return size;
}

Workload::Workload(std::vector<GroupLengths> groups, const SamplerConfig& sampler, int64_t steps)
    : groups_(std::move(groups)),
      sampler_(static_cast<int64_t>(groups_.size()), sampler),
      steps_(steps) {
  const auto longest = std::ranges::max_element(groups_, {}, &GroupLengths::tokens);
  longest_ = static_cast<size_t>(longest - groups_.begin());
}

int64_t Workload::planned_steps() const {
  return std::min({steps_, sampler_.steps_per_epoch(), kPlannedSteps});
}

std::vector<std::vector<GroupLengths>> Workload::cut(int64_t step, int64_t token_budget) const {
  std::vector<GroupLengths> members;
  for (const int64_t i : sampler_.step_groups(step)) {
    members.push_back(groups_[static_cast<size_t>(i)]);
  }
  std::vector<std::vector<GroupLengths>> parts;
  for (const auto& part : plan_micro_batches(tokens_of(members), token_budget)) {
    auto& groups = parts.emplace_back();
    for (const int64_t i : part) groups.push_back(members[static_cast<size_t>(i)]);
  }
  return parts;
}

StepWork Workload::work(const FlopCounter& counter, int64_t adapter_parameters,
                        int64_t token_budget) const {
  StepWork work;
  work.steps = planned_steps();
  for (int64_t step = 0; step < work.steps; ++step) {
    for (const auto& groups : cut(step, token_budget)) {
      const SegmentLayout layout = layout_of(groups);
      const MicroBatchSize size = size_of(groups);
      ++work.micro_batches;
      work.groups += static_cast<int64_t>(groups.size());
      work.pairs += std::ranges::count_if(
          groups, [](const GroupLengths& group) { return group.branches.size() == 2; });
      work.tokens += size.tokens;
      work.scored += size.scored;
      work.forward += counter.forward(layout, size.scored, adapter_parameters);
      work.backward += counter.backward(layout, size.scored, adapter_parameters);
      work.reference += counter.forward(layout, size.scored, /*adapter_parameters=*/0);
    }
  }
  return work;
}

std::vector<MicroBatchSize> Workload::micro_batches(int64_t token_budget) const {
  std::vector<MicroBatchSize> sizes = {size_of({longest()})};
  for (int64_t step = 0; step < planned_steps(); ++step) {
    for (const auto& groups : cut(step, token_budget)) sizes.push_back(size_of(groups));
  }
  return sizes;
}

std::vector<GroupLengths> lengths_of(const std::vector<EncodedGroup>& groups) {
  std::vector<GroupLengths> lengths;
  for (const EncodedGroup& group : groups) {
    GroupLengths& entry = lengths.emplace_back();
    entry.prompt = static_cast<int64_t>(group.prompt.size());
    for (const TokenIds branch : group.branches) {
      entry.branches.push_back(static_cast<int64_t>(branch.size()));
    }
  }
  return lengths;
}

}  // namespace braid
