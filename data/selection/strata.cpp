// Ranking within strata.
#include "data/selection/strata.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "base/error.h"

namespace braid {

int64_t keep_count(double fraction, int64_t count) {
  BRAID_ASSERT(fraction > 0 && fraction <= 1 && count >= 0);
  // A decimal fraction and its product are each rounded once, by 2^-53 of their value at most.
  const double product = fraction * static_cast<double>(count);
  return std::min(count, static_cast<int64_t>(std::ceil(product - product * 0x1p-50)));
}

std::vector<Stratum> sort_into_strata(std::vector<Entrant>& entrants) {
  std::sort(entrants.begin(), entrants.end(), [](const Entrant& a, const Entrant& b) {
    return std::tuple(a.stratum, -a.score, a.hash, a.candidate) <
           std::tuple(b.stratum, -b.score, b.hash, b.candidate);
  });
  std::vector<Stratum> strata;
  for (size_t begin = 0, end = 0; begin < entrants.size(); begin = end) {
    while (end < entrants.size() && entrants[end].stratum == entrants[begin].stratum) ++end;
    strata.push_back(Stratum(entrants).subspan(begin, end - begin));
  }
  return strata;
}

void keep_first(Stratum stratum, int64_t count, DropReason reason,
                std::vector<Decision>& decisions) {
  for (size_t place = 0; place < stratum.size(); ++place) {
    Decision& decision = decisions[static_cast<size_t>(stratum[place].candidate)];
    decision.rank = static_cast<double>(place) / static_cast<double>(stratum.size());
    if (static_cast<int64_t>(place) >= count) decision.reason = reason;
  }
}

}  // namespace braid
