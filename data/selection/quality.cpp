// Margin and rank within the source.
#include "data/selection/quality.h"

#include <algorithm>
#include <map>

namespace braid {

std::vector<double> MarginQuality::score(std::span<const Candidate> candidates) const {
  std::vector<double> scores;
  scores.reserve(candidates.size());
  for (const Candidate& candidate : candidates) scores.push_back(candidate.margin);
  return scores;
}

std::vector<double> SourceRankQuality::score(std::span<const Candidate> candidates) const {
  std::map<std::string_view, std::vector<double>> margins;
  for (const Candidate& candidate : candidates) {
    margins[candidate.source].push_back(candidate.margin);
  }
  for (auto& [source, sorted] : margins) std::sort(sorted.begin(), sorted.end());
  std::vector<double> scores;
  scores.reserve(candidates.size());
  for (const Candidate& candidate : candidates) {
    const auto& sorted = margins.at(candidate.source);
    const auto [low, high] = std::equal_range(sorted.begin(), sorted.end(), candidate.margin);
    const auto below = static_cast<double>((low - sorted.begin()) + (high - sorted.begin()));
    scores.push_back(below / 2 / static_cast<double>(sorted.size()));
  }
  return scores;
}

}  // namespace braid
