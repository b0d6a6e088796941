// Pairing strategies.
#include "data/feedback/pairing.h"

#include <algorithm>
#include <cmath>
#include <queue>

#include "base/error.h"
#include "base/hash.h"
#include "base/random.h"

namespace braid {
namespace {

struct StrategyName {
  const char* name;
  PairingStrategy strategy;
};

constexpr StrategyName kStrategies[] = {
    {"largest_gap", PairingStrategy::kLargestGap},
    {"best_vs_worst", PairingStrategy::kBestVsWorst},
    {"best_vs_random", PairingStrategy::kBestVsRandom},
    {"all_pairs", PairingStrategy::kAllPairs},
    {"adjacent", PairingStrategy::kAdjacent},
};

struct Gap {
  size_t better, worse;  // positions in the order from best to worst
  double size;
};

// The responses of one set from best to worst, and the pairs of it.
class SetPairing {
 public:
  SetPairing(const ComparisonSet& set, std::optional<size_t> axis, const PairingOptions& options)
      : options_(options) {
    for (size_t i = 0; i < set.responses.size(); ++i) {
      const Response& response = set.responses[i];
      const double value = axis ? response.ratings[*axis] : response.utility;
      if (std::isnan(value)) continue;
      // Equals are told apart by a hash of their text: by length or alphabet they would differ in
      // more than chance.
      ranked_.push_back({value, hash64(response.text, options.seed), static_cast<uint32_t>(i)});
    }
    std::sort(ranked_.begin(), ranked_.end(), [&](const Ranked& a, const Ranked& b) {
      if (a.value != b.value) return a.value > b.value;
      if (a.hash != b.hash) return a.hash < b.hash;
      return set.responses[a.index].text < set.responses[b.index].text;
    });
  }

  size_t size() const { return ranked_.size(); }
  double widest() const { return ranked_.front().value - ranked_.back().value; }
  uint32_t index(size_t position) const { return ranked_[position].index; }

  std::vector<Gap> pairs(uint64_t prompt_key) const {
    switch (options_.strategy) {
      case PairingStrategy::kLargestGap:
      case PairingStrategy::kBestVsWorst:
        return extremes();
      case PairingStrategy::kBestVsRandom:
        return best_vs_random(prompt_key);
      case PairingStrategy::kAllPairs:
        return all();
      case PairingStrategy::kAdjacent:
        return adjacent();
    }
    return {};
  }

 private:
  struct Ranked {
    double value;
    uint64_t hash;
    uint32_t index;
  };

  Gap gap(size_t better, size_t worse) const {
    return {better, worse, ranked_[better].value - ranked_[worse].value};
  }
  bool counts(const Gap& gap) const { return gap.size > 0 && gap.size >= options_.min_margin; }

  std::vector<Gap> extremes() const {
    // The first of the worst, not the last in the order: the choice among equals is by hash.
    const double worst = ranked_.back().value;
    const auto first = std::find_if(ranked_.begin(), ranked_.end(),
                                    [&](const Ranked& ranked) { return ranked.value == worst; });
    const Gap widest = gap(0, static_cast<size_t>(first - ranked_.begin()));
    return counts(widest) ? std::vector<Gap>{widest} : std::vector<Gap>{};
  }

  std::vector<Gap> best_vs_random(uint64_t prompt_key) const {
    size_t first = 1;
    while (first < ranked_.size() && !counts(gap(0, first))) ++first;
    if (first == ranked_.size()) return {};
    const uint64_t drawn =
        random_below(options_.seed, prompt_key, ranked_.size(), ranked_.size() - first);
    return {gap(0, first + drawn)};
  }

  // The largest max_pairs gaps without looking at all of them: for each better response the worst
  // is next, and a heap holds the next gap of each.
  std::vector<Gap> all() const {
    const auto smaller = [](const Gap& a, const Gap& b) {
      if (a.size != b.size) return a.size < b.size;
      return std::pair(a.better, a.worse) > std::pair(b.better, b.worse);
    };
    std::priority_queue<Gap, std::vector<Gap>, decltype(smaller)> next(smaller);
    std::vector<Gap> result;
    size_t opened = 0;  // responses that have entered the heap: a later one cannot have a wider gap
    while (static_cast<int64_t>(result.size()) < options_.max_pairs) {
      while (opened + 1 < ranked_.size() &&
             (next.empty() || gap(opened, ranked_.size() - 1).size >= next.top().size)) {
        next.push(gap(opened, ranked_.size() - 1));
        ++opened;
      }
      if (next.empty() || !counts(next.top())) break;
      const Gap top = next.top();
      next.pop();
      result.push_back(top);
      if (top.worse - 1 > top.better) next.push(gap(top.better, top.worse - 1));
    }
    return result;
  }

  std::vector<Gap> adjacent() const {
    std::vector<Gap> result;
    size_t level = 0;  // the first response of the level above
    for (size_t i = 1; i < ranked_.size(); ++i) {
      const Gap step = gap(level, i);
      if (step.size == 0) continue;
      level = i;
      if (counts(step)) result.push_back(step);
      if (static_cast<int64_t>(result.size()) == options_.max_pairs) break;
    }
    return result;
  }

  const PairingOptions& options_;
  std::vector<Ranked> ranked_;
};

std::optional<size_t> axis_index(const std::vector<std::string>& axes,
                                 const PairingOptions& options) {
  if (options.strategy != PairingStrategy::kLargestGap || options.axis.empty()) return {};
  const auto found = std::find(axes.begin(), axes.end(), options.axis);
  BRAID_ASSERT(found != axes.end());
  return static_cast<size_t>(found - axes.begin());
}

}  // namespace

PairingOptions PairingOptions::read(ObjectReader object, const std::vector<Axis>& axes) {
  PairingOptions options;
  const std::string name = object.string("strategy", "largest_gap");
  const auto* found = std::find_if(std::begin(kStrategies), std::end(kStrategies),
                                   [&](const StrategyName& entry) { return name == entry.name; });
  if (found == std::end(kStrategies)) {
    object.error("strategy", fmt::format("unknown strategy {}; use largest_gap, best_vs_worst, "
                                         "best_vs_random, all_pairs or adjacent",
                                         quote(name)));
  }
  options.strategy = found->strategy;
  options.axis = object.string("axis", "");
  const bool known = std::any_of(axes.begin(), axes.end(),
                                 [&](const Axis& axis) { return axis.name == options.axis; });
  if (!options.axis.empty() && !known) {
    object.error("axis", fmt::format("the source has no axis {}", quote(options.axis)));
  }
  if (!options.axis.empty() && options.strategy != PairingStrategy::kLargestGap) {
    object.error("axis", "only largest_gap looks at one axis; give the others weights instead");
  }
  if (options.axis.empty() && axes.size() > 1 && options.strategy == PairingStrategy::kLargestGap) {
    object.error("axis",
                 "is missing; largest_gap looks at one axis, and the source has several "
                 "(best_vs_worst looks at their weighted mean)");
  }
  options.min_margin = object.number("min_margin", 0.0);
  if (options.min_margin < 0 || options.min_margin > 1) {
    object.error("min_margin", "expected a number from 0 to 1, a fraction of the scale");
  }
  options.max_pairs = object.integer("max_pairs", options.max_pairs);
  if (options.max_pairs < 1 || options.max_pairs > kMaxPairs) {
    object.error("max_pairs", fmt::format("expected 1 to {}", kMaxPairs));
  }
  const int64_t seed = object.integer("seed", 0);
  if (seed < 0) object.error("seed", "expected 0 or more");
  options.seed = static_cast<uint64_t>(seed);
  object.reject_unknown();
  return options;
}

std::vector<PreferencePair> make_pairs(const std::vector<ComparisonSet>& sets,
                                       const std::vector<std::string>& axes,
                                       const PairingOptions& options, PairingReport& report) {
  const std::optional<size_t> axis = axis_index(axes, options);
  std::vector<PreferencePair> pairs;
  const auto leave_out = [&](size_t i, const char* reason) {
    ++report.without_pair[reason];
    report.unpaired.push_back({i, reason});
  };
  for (size_t i = 0; i < sets.size(); ++i) {
    const ComparisonSet& set = sets[i];
    ++report.sets;
    const SetPairing pairing(set, axis, options);
    if (pairing.size() < 2) {
      leave_out(i, "not rated on the axis");
      continue;
    }
    const std::vector<Gap> gaps = pairing.pairs(set.prompt_key);
    if (gaps.empty()) {
      leave_out(i, pairing.widest() > 0 ? "margin too small" : "tie");
      continue;
    }
    ++report.sets_paired;
    for (const Gap& gap : gaps) {
      pairs.push_back(
          {i, pairing.index(gap.better), pairing.index(gap.worse), gap.size, set.weight});
      ++report.pairs;
    }
  }
  return pairs;
}

}  // namespace braid
