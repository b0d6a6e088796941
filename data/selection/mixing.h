// The share that every source has of the training pairs.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "data/selection/candidate.h"

namespace braid {

enum class MixingMode {
  kOff,        // as many as there are
  kSubsample,  // drop pairs of sources that have more than their share
  kWeight,     // keep all and weigh them
};

struct MixingOptions {
  MixingMode mode = MixingMode::kOff;
  // Source name -> share, relative to the sum over the sources present. 0 drops the source.
  std::map<std::string, double, std::less<>> shares;
};

std::vector<std::string> problems_of(const MixingOptions& options, const std::string& key);

// Applies the shares to the kept candidates that train. With p the share of a source that has n of
// N kept pairs:
// - subsample: keeps floor(p * T) of them (at least one), T = the smallest n/p: those of smallest
//   rank (ties: content hash), so that the best go last and kept sets stay nested;
// - weight: each pair weighs p * N / n, which is 1 on average.
// Error: a kept source without a share; the mixture has no source with a positive share.
void apply_mixing(std::span<const Candidate> candidates, const MixingOptions& options,
                  uint64_t seed, std::vector<Decision>& decisions);

}  // namespace braid
