// The order of groups, and the cut of a step into micro-batches.
#include "data/batches/sampler.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "base/error.h"
#include "base/random.h"

namespace braid {
namespace {

constexpr uint64_t kShuffleStream = 0x73687566666c6500;  // "shuffle"; the epoch is added

// Room left in the micro-batches, as a tree of maxima: first fit in logarithmic time, so that whole
// data sets can be planned at once. Micro-batches not opened yet have the whole budget.
class RoomTree {
 public:
  RoomTree(size_t count, int64_t budget) : leaves_(std::bit_ceil(std::max<size_t>(count, 1))) {
    room_.assign(2 * leaves_, budget);
  }

  size_t first_fit(int64_t length) const {
    size_t node = 1;
    BRAID_ASSERT(room_[node] >= length);
    while (node < leaves_) node = 2 * node + (room_[2 * node] >= length ? 0 : 1);
    return node - leaves_;
  }

  void take(size_t index, int64_t length) {
    size_t node = index + leaves_;
    room_[node] -= length;
    for (node /= 2; node > 0; node /= 2) {
      room_[node] = std::max(room_[2 * node], room_[2 * node + 1]);
    }
  }

 private:
  size_t leaves_;
  std::vector<int64_t> room_;
};

}  // namespace

Sampler::Sampler(int64_t group_count, const SamplerConfig& config)
    : group_count_(group_count), config_(config) {
  BRAID_ASSERT(group_count > 0 && config.groups_per_step > 0);
}

int64_t Sampler::steps_per_epoch() const {
  return (group_count_ - 1) / config_.groups_per_step + 1;
}

std::vector<int64_t> Sampler::step_groups(int64_t step) const {
  BRAID_ASSERT(step >= 0);
  const int64_t epoch = step / steps_per_epoch();
  const int64_t begin = step % steps_per_epoch() * config_.groups_per_step;
  const int64_t count = std::min(config_.groups_per_step, group_count_ - begin);
  if (!config_.shuffle) {
    std::vector<int64_t> groups(static_cast<size_t>(count));
    std::iota(groups.begin(), groups.end(), begin);
    return groups;
  }
  if (cached_epoch_ != epoch) {
    order_ = random_permutation(config_.seed, kShuffleStream + static_cast<uint64_t>(epoch),
                                group_count_);
    cached_epoch_ = epoch;
  }
  return {order_.begin() + begin, order_.begin() + begin + count};
}

double Sampler::epoch_of(int64_t completed_steps) const {
  BRAID_ASSERT(completed_steps >= 0);
  const int64_t whole = completed_steps / steps_per_epoch();
  const int64_t groups = completed_steps % steps_per_epoch() * config_.groups_per_step;
  return static_cast<double>(whole) +
         static_cast<double>(groups) / static_cast<double>(group_count_);
}

std::vector<std::vector<int64_t>> plan_micro_batches(const std::vector<int64_t>& lengths,
                                                     int64_t token_budget) {
  BRAID_ASSERT(token_budget > 0);
  std::vector<int64_t> order(lengths.size());
  std::iota(order.begin(), order.end(), int64_t{0});
  const auto length_of = [&](int64_t index) { return lengths[static_cast<size_t>(index)]; };
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return length_of(a) > length_of(b); });
  std::vector<std::vector<int64_t>> plan;
  RoomTree rooms(lengths.size(), token_budget);
  for (const int64_t index : order) {
    BRAID_ASSERT(length_of(index) > 0);
    // A group over the budget fills a micro-batch; they come first, so it is a new one.
    const int64_t length = std::min(length_of(index), token_budget);
    const size_t slot = rooms.first_fit(length);
    rooms.take(slot, length);
    if (slot == plan.size()) plan.emplace_back();
    plan[slot].push_back(index);
  }
  return plan;
}

}  // namespace braid
