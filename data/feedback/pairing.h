// From comparison sets to preference pairs.
//
// Everything here is a function of the texts and utilities of a set, never of the order of rows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/feedback/kinds/kind.h"

namespace braid {

enum class PairingStrategy {
  kLargestGap,    // on one axis, the two responses that are farthest apart (the paper's rule)
  kBestVsWorst,   // the same on the utility, the weighted mean of all axes
  kBestVsRandom,  // the best, and any one that is worse
  kAllPairs,      // every two that differ, the largest gaps first, at most max_pairs
  kAdjacent,      // neighbouring levels of utility, at most max_pairs
};

struct PairingOptions {
  static constexpr int64_t kMaxPairs = 4096;

  PairingStrategy strategy = PairingStrategy::kLargestGap;
  std::string axis;         // of kLargestGap; empty: the only one
  double min_margin = 0.0;  // smaller gaps make no pair
  int64_t max_pairs = 16;   // per set
  uint64_t seed = 0;        // of kBestVsRandom, and of the choice among equals

  // Members "strategy" (largest_gap, best_vs_worst, best_vs_random, all_pairs, adjacent), "axis",
  // "min_margin", "max_pairs", "seed". The axis must be one of `axes`.
  static PairingOptions read(ObjectReader object, const std::vector<Axis>& axes);
};

struct PreferencePair {
  size_t set = 0;                     // of the comparison sets it was made from
  uint32_t chosen = 0, rejected = 0;  // responses of the set
  // Gap in utility (or on the chosen axis), in (0, 1]: the fraction of the scale between the two
  // answers. 1 in sets that are not graded.
  double margin = 1.0;
  double weight = 1.0;  // of the set
};

// A set that gives no pair, by its index, and why.
struct UnpairedSet {
  size_t set;
  std::string_view reason;
};

struct PairingReport {
  int64_t sets = 0;         // looked at: those with pairs and those in `without_pair`
  int64_t sets_paired = 0;  // with at least one pair
  int64_t pairs = 0;
  Counts without_pair;  // why a set has none: "tie", "margin too small", "not rated on the axis"
  std::vector<UnpairedSet> unpaired;  // the sets that `without_pair` counts
};

// Pairs of all sets, in the order of the sets.
std::vector<PreferencePair> make_pairs(const std::vector<ComparisonSet>& sets,
                                       const std::vector<std::string>& axes,
                                       const PairingOptions& options, PairingReport& report);

}  // namespace braid
