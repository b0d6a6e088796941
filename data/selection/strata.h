// "The best fraction, at least one": groups of candidates that compete with one another.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/selection/candidate.h"

namespace braid {

// ceil(fraction * count): never 0 for a positive count, nested as the fraction grows. Products that
// miss a whole number by rounding only count as that number (0.07 * 100 keeps 7).
// fraction in (0, 1], count >= 0.
int64_t keep_count(double fraction, int64_t count);

// One member of a stratum; `order` decides who is better.
struct Entrant {
  int64_t candidate = 0;  // index
  int64_t stratum = 0;    // any number; equal ones compete
  double score = 0;       // larger is better; 0 for all where chance decides
  uint64_t hash = 0;      // breaks ties, smaller first; then the index, for equal content
};

// Members of one stratum, best first.
using Stratum = std::span<const Entrant>;

// Sorts the entrants by stratum, best first in each, and returns the strata in order of number. The
// spans point into `entrants`.
std::vector<Stratum> sort_into_strata(std::vector<Entrant>& entrants);

// Keeps the first `count` of the stratum, drops the others for `reason`, and notes every rank.
void keep_first(Stratum stratum, int64_t count, DropReason reason,
                std::vector<Decision>& decisions);

}  // namespace braid
