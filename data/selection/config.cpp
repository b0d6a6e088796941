// Checks of the selection options, and their record.
#include "data/selection/config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iterator>

#include "base/error.h"

namespace braid {
namespace {

template <typename Value, size_t N>
Json named(Value value, const std::array<std::string_view, N>& names) {
  return std::string(names[static_cast<size_t>(value)]);
}

Json hygiene_json(const HygieneOptions& h) {
  return {{"min_prompt", h.limits.min_prompt},
          {"max_prompt", h.limits.max_prompt},
          {"max_answer", h.limits.max_answer},
          {"max_controls", h.limits.max_controls},
          {"exact_duplicates", h.exact_duplicates},
          {"near_duplicates", h.near_duplicates.enabled},
          {"near_duplicate_scope", named(h.near_duplicates.scope, kDuplicateScopeNames)},
          {"near_duplicate_threshold", h.near_duplicates.threshold},
          {"near_duplicate_words", h.near_duplicates.shingle_words},
          {"signature", h.near_duplicates.signature},
          {"leakage_threshold", h.leakage.threshold},
          {"leakage_words", h.leakage.shingle_words},
          {"max_seen_bytes", h.max_seen_bytes}};
}

Json embedder_json(const HashedEmbedderOptions& e) {
  return {{"dimensions", e.dimensions},
          {"idf", e.idf},
          {"word_share", e.word_share},
          {"max_seen_bytes", e.max_seen_bytes}};
}

Json kmeans_json(const KMeansOptions& k) {
  return {{"restarts", k.restarts},
          {"max_iterations", k.max_iterations},
          {"tolerance", k.tolerance},
          {"sample", k.sample}};
}

}  // namespace

Json SelectionConfig::to_json() const {
  return {{"strategy", named(strategy, kStrategyNames)},
          {"fraction", fraction},
          {"ungraded", named(ungraded, kUngradedNames)},
          {"quality", named(quality, kQualityScaleNames)},
          {"embedding", named(embedding, kEmbeddingNames)},
          {"match_size", match_size},
          {"clusters", clusters},
          {"seed", seed},
          {"hygiene", hygiene_json(hygiene)},
          {"embedder", embedder_json(embedder)},
          {"kmeans", kmeans_json(kmeans)},
          {"mixing", named(mixing.mode, kMixingModeNames)},
          {"shares", mixing.shares}};
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
