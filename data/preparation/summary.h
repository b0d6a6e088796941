// What a preparation did, in numbers that add up.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/json.h"
#include "data/preparation/preparation.h"

namespace braid {

// What became of the records of one source: made = train + held_out + the sum of dropped.
struct Outcomes {
  int64_t made = 0;
  int64_t train = 0;
  int64_t held_out = 0;
  ReasonCounts dropped{};  // without kKept

  Json to_json() const;
};

template <typename Record>
std::vector<Outcomes> count_outcomes(const Prepared<Record>& prepared, size_t sources) {
  std::vector<Outcomes> outcomes(sources);
  for (size_t i = 0; i < prepared.size(); ++i) {
    Outcomes& of_source = outcomes[prepared.records[i].source];
    ++of_source.made;
    if (prepared.trains(i)) {
      ++of_source.train;
    } else if (prepared.validates(i)) {
      ++of_source.held_out;
    } else {
      ++of_source.dropped[static_cast<size_t>(prepared.selection.decisions[i].reason)];
    }
  }
  return outcomes;
}

// Size of every cluster of the pairs, before and after the strategy.
struct ClusterCounts {
  int64_t pairs = 0;
  int64_t train = 0;
};
std::vector<ClusterCounts> count_clusters(const Prepared<PreparedPair>& pairs);

// Members "sources" (a list), "agreement", "clusters" and "totals"; docs/preparation.md.
Json summarize(const Preparation& preparation);

// The same for a reader at a terminal.
std::vector<std::string> describe(const Json& summary);

}  // namespace braid
