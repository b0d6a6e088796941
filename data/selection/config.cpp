// Names and checks of the selection options.
#include "data/selection/config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "base/error.h"

namespace braid {
namespace {

constexpr std::string_view kStrategies[] = {"none", "random", "quality_only", "diversity_only",
                                            "quality_diversity"};

}  // namespace

std::string_view name_of(Strategy strategy) { return kStrategies[static_cast<size_t>(strategy)]; }

std::optional<Strategy> strategy_named(std::string_view name) {
  const auto found = std::find(std::begin(kStrategies), std::end(kStrategies), name);
  if (found == std::end(kStrategies)) return std::nullopt;
  return static_cast<Strategy>(found - std::begin(kStrategies));
}

void SelectionConfig::validate() const {
  std::vector<std::string> problems;
  const auto take = [&](std::vector<std::string> found) {
    std::move(found.begin(), found.end(), std::back_inserter(problems));
  };
  if (!(fraction > 0 && fraction <= 1)) {
    problems.push_back(fmt::format("selection.fraction: {} is not in (0, 1]", fraction));
  }
  if (clusters < 0 || clusters > 65536) {
    problems.push_back(
        fmt::format("selection.clusters: {} is not in [0, 65536]; 0 picks a number", clusters));
  }
  if (threads < 0 || threads > 4096) {
    problems.push_back(
        fmt::format("selection.threads: {} is not in [0, 4096]; 0 means one per core", threads));
  }
  if (match_size && strategy != Strategy::kRandom && strategy != Strategy::kQualityOnly) {
    problems.push_back(fmt::format(
        "selection.match_size: has no meaning with strategy {}; use random or quality_only",
        name_of(strategy)));
  }
  take(problems_of(hygiene, "selection.hygiene"));
  take(problems_of(embedder, "selection.embedder"));
  take(problems_of(kmeans, "selection.kmeans"));
  take(problems_of(mixing, "selection.mixing"));
  if (!problems.empty()) fail("{}", fmt::join(problems, "; "));
}

}  // namespace braid
