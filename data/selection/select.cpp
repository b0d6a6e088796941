// The strategies: who competes with whom, and by what.
#include "data/selection/select.h"

#include <cmath>
#include <map>

#include "base/error.h"
#include "data/selection/prompt_clusters.h"
#include "data/selection/strata.h"

namespace braid {
namespace {

void check_margins(std::span<const Candidate> candidates) {
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (std::isfinite(candidates[i].margin)) continue;
    fail("candidate {} of source {}: the margin is {}; leave out pairs without a finite margin", i,
         quote(candidates[i].source), candidates[i].margin);
  }
}

class Selector {
 public:
  Selector(std::span<const Candidate> candidates, const SelectionConfig& config,
           std::vector<Decision>& decisions)
      : candidates_(candidates), config_(config), decisions_(decisions) {
    for (size_t i = 0; i < candidates.size(); ++i) {
      if (!decisions[i].kept() || config.strategy == Strategy::kNone) continue;
      if (candidates[i].held_out) continue;
      if (!candidates[i].graded && config.ungraded == Ungraded::kKeep) continue;
      competing_.push_back(static_cast<int64_t>(i));
    }
  }

  void score(const QualityScore& quality);
  Clustering make_clusters(const PromptEmbedder& embedder);
  void select();

 private:
  const Candidate& candidate(int64_t i) const { return candidates_[static_cast<size_t>(i)]; }
  Decision& decision(int64_t i) { return decisions_[static_cast<size_t>(i)]; }
  bool needs_cluster(const Candidate& candidate) const;
  static bool by_quality(Strategy strategy, const Candidate& candidate);
  static bool by_source(Strategy strategy, const Candidate& candidate);
  std::vector<Entrant> entrants(Strategy strategy);
  std::vector<bool> kept_by_method();

  std::span<const Candidate> candidates_;
  const SelectionConfig& config_;
  std::vector<Decision>& decisions_;
  std::vector<int64_t> competing_;  // those that the fraction applies to
};

bool Selector::by_quality(Strategy strategy, const Candidate& candidate) {
  return candidate.graded &&
         (strategy == Strategy::kQualityOnly || strategy == Strategy::kQualityDiversity);
}

bool Selector::by_source(Strategy strategy, const Candidate& candidate) {
  return strategy == Strategy::kRandom || (strategy == Strategy::kQualityOnly && candidate.graded);
}

bool Selector::needs_cluster(const Candidate& candidate) const {
  return config_.match_size || !by_source(config_.strategy, candidate);
}

void Selector::score(const QualityScore& quality) {
  std::vector<Candidate> graded;
  std::vector<int64_t> indices;
  for (size_t i = 0; i < candidates_.size(); ++i) {
    const Candidate& candidate = candidates_[i];
    if (!decisions_[i].kept() || !candidate.graded || candidate.held_out) continue;
    graded.push_back(candidate);
    indices.push_back(static_cast<int64_t>(i));
  }
  const auto scores = quality.score(graded);
  BRAID_ASSERT(scores.size() == graded.size());
  for (size_t i = 0; i < scores.size(); ++i) {
    if (!std::isfinite(scores[i])) {
      fail("candidate {} of source {}: its quality is {}; a quality must be finite", indices[i],
           quote(graded[i].source), scores[i]);
    }
    decision(indices[i]).quality = scores[i];
  }
}

Clustering Selector::make_clusters(const PromptEmbedder& embedder) {
  std::vector<int64_t> members;
  for (const int64_t i : competing_) {
    if (needs_cluster(candidate(i))) members.push_back(i);
  }
  if (members.empty()) return {};
  KMeansOptions options = config_.kmeans;
  options.clusters = config_.clusters;
  options.seed = config_.seed;
  options.threads = config_.threads;
  return cluster_prompts(candidates_, members, embedder, options, decisions_);
}

// Strata: twice the cluster, plus one for ungraded pairs, which compete among themselves; below 0
// the sources.
std::vector<Entrant> Selector::entrants(Strategy strategy) {
  std::map<std::string_view, int64_t> sources;
  for (const int64_t i : competing_) sources.emplace(candidate(i).source, 0);
  int64_t next = 0;
  for (auto& [source, number] : sources) number = --next;
  std::vector<Entrant> result;
  result.reserve(competing_.size());
  for (const int64_t i : competing_) {
    Entrant entrant{i, 0, 0, content_hash(candidate(i), config_.seed)};
    entrant.stratum = by_source(strategy, candidate(i))
                          ? sources.at(candidate(i).source)
                          : 2 * int64_t{decision(i).cluster} + (candidate(i).graded ? 0 : 1);
    if (by_quality(strategy, candidate(i))) entrant.score = decision(i).quality;
    result.push_back(entrant);
  }
  return result;
}

std::vector<bool> Selector::kept_by_method() {
  std::vector<bool> kept(candidates_.size());
  auto all = entrants(Strategy::kQualityDiversity);
  for (const Stratum stratum : sort_into_strata(all)) {
    const auto count = keep_count(config_.fraction, static_cast<int64_t>(stratum.size()));
    for (const Entrant& entrant : stratum.first(static_cast<size_t>(count))) {
      kept[static_cast<size_t>(entrant.candidate)] = true;
    }
  }
  return kept;
}

void Selector::select() {
  std::vector<bool> method;
  if (config_.match_size) method = kept_by_method();
  auto all = entrants(config_.strategy);
  for (const Stratum stratum : sort_into_strata(all)) {
    int64_t count = keep_count(config_.fraction, static_cast<int64_t>(stratum.size()));
    if (config_.match_size && stratum.front().stratum < 0) {
      count = 0;
      for (const Entrant& entrant : stratum) {
        count += method[static_cast<size_t>(entrant.candidate)];
      }
    }
    const bool judged = by_quality(config_.strategy, candidate(stratum.front().candidate));
    keep_first(stratum, count, judged ? DropReason::kNotInBestFraction : DropReason::kNotDrawn,
               decisions_);
  }
}

}  // namespace

Selection select_pairs(std::span<const Candidate> candidates, const SelectionConfig& config,
                       std::span<const std::string_view> evaluation_texts,
                       const SelectionParts& parts) {
  config.validate();
  check_margins(candidates);
  Selection selection;
  selection.decisions.resize(candidates.size());
  apply_hygiene(candidates, evaluation_texts, config.hygiene, config.seed, config.threads,
                selection.decisions);

  Selector selector(candidates, config, selection.decisions);
  const MarginQuality margin;
  const SourceRankQuality rank;
  const QualityScore& built_in =
      config.quality == QualityScale::kMargin ? static_cast<const QualityScore&>(margin) : rank;
  BRAID_ASSERT((config.quality == QualityScale::kIfd) == (parts.quality != nullptr));
  BRAID_ASSERT((config.embedding == Embedding::kModel) == (parts.embedder != nullptr));
  selector.score(parts.quality ? *parts.quality : built_in);
  HashedEmbedderOptions embedder_options = config.embedder;
  embedder_options.threads = config.threads;
  const HashedEmbedder embedder(embedder_options);
  Clustering clustering = selector.make_clusters(parts.embedder ? *parts.embedder : embedder);
  selector.select();
  apply_mixing(candidates, config.mixing, config.seed, selection.decisions);
  selection.centres = std::move(clustering.centres);
  selection.inertia = clustering.inertia;
  return selection;
}

}  // namespace braid
