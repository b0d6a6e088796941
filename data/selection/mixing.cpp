// Shares of sources by dropping or by weights.
#include "data/selection/mixing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "base/error.h"

namespace braid {
namespace {

using Members = std::map<std::string_view, std::vector<size_t>>;  // source -> kept candidates

Members kept_by_source(std::span<const Candidate> candidates,
                       const std::vector<Decision>& decisions) {
  Members members;
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (decisions[i].kept() && !candidates[i].held_out) {
      members[candidates[i].source].push_back(i);
    }
  }
  return members;
}

// Normalised over the sources present.
std::map<std::string_view, double> shares_of(const Members& members, const MixingOptions& options) {
  std::map<std::string_view, double> shares;
  double sum = 0;
  for (const auto& [source, indices] : members) {
    const auto found = options.shares.find(source);
    if (found == options.shares.end()) {
      fail("mixing: source {} has no share; give every source one, 0 to leave it out",
           quote(source));
    }
    sum += shares[source] = found->second;
  }
  if (!members.empty() && !(sum > 0)) {
    fail("mixing: every source with pairs has share 0; give one a positive share");
  }
  for (auto& [source, share] : shares) share /= sum;
  return shares;
}

void drop_beyond(std::span<const Candidate> candidates, std::vector<size_t> members, size_t count,
                 uint64_t seed, std::vector<Decision>& decisions) {
  using Key = std::tuple<double, uint64_t, size_t>;
  std::vector<Key> keys;
  for (const size_t i : members) {
    keys.emplace_back(decisions[i].rank, content_hash(candidates[i], seed), i);
  }
  std::sort(keys.begin(), keys.end());
  for (size_t place = count; place < keys.size(); ++place) {
    decisions[std::get<2>(keys[place])].reason = DropReason::kMixing;
  }
}

}  // namespace

std::vector<std::string> problems_of(const MixingOptions& options, const std::string& key) {
  std::vector<std::string> problems;
  for (const auto& [source, share] : options.shares) {
    if (share >= 0 && std::isfinite(share)) continue;
    problems.push_back(
        fmt::format("{}.shares[{}]: {} is negative or not finite", key, quote(source), share));
  }
  if (options.mode != MixingMode::kOff && options.shares.empty()) {
    problems.push_back(
        fmt::format("{}.shares: empty; name every source, or set the mode to off", key));
  }
  return problems;
}

void apply_mixing(std::span<const Candidate> candidates, const MixingOptions& options,
                  uint64_t seed, std::vector<Decision>& decisions) {
  if (options.mode == MixingMode::kOff) return;
  const Members members = kept_by_source(candidates, decisions);
  const auto shares = shares_of(members, options);
  double total = INFINITY;  // pairs of the largest mixture without repetition
  double kept = 0;
  for (const auto& [source, indices] : members) {
    const double share = shares.at(source);
    if (share == 0) continue;
    total = std::min(total, static_cast<double>(indices.size()) / share);
    kept += static_cast<double>(indices.size());
  }
  for (const auto& [source, indices] : members) {
    const double share = shares.at(source);
    const auto count = static_cast<double>(indices.size());
    if (share == 0) {
      drop_beyond(candidates, indices, 0, seed, decisions);
    } else if (options.mode == MixingMode::kSubsample) {
      const double wanted = std::floor(share * total * (1 + 0x1p-50));  // undo rounding down
      const auto first = static_cast<size_t>(std::clamp(wanted, 1.0, count));
      drop_beyond(candidates, indices, first, seed, decisions);
    } else {
      for (const size_t i : indices) decisions[i].weight = share * kept / count;
    }
  }
}

}  // namespace braid
