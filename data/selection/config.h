// What selection does: strategy, fraction, and the options of its parts.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "data/selection/hashed_embedder.h"
#include "data/selection/hygiene.h"
#include "data/selection/kmeans.h"
#include "data/selection/mixing.h"

namespace braid {

enum class Strategy {
  kNone,              // hygiene only
  kRandom,            // control: a fraction of every source by chance
  kQualityOnly,       // control: the best fraction of every source
  kDiversityOnly,     // control: a fraction of every cluster by chance
  kQualityDiversity,  // the method: the best fraction of every cluster
};

enum class Ungraded {
  kKeep,       // whole, under every strategy
  kDiversity,  // a fraction of every cluster by chance (of every source under kRandom)
};

enum class QualityScale {
  kMargin,      // margins of all sources compare with one another
  kSourceRank,  // each source's margins compare among themselves; their ranks across sources
  kIfd,         // instruction-following difficulty by a model: SelectionParts::quality
};

enum class Embedding {
  kNgrams,  // HashedEmbedder
  kModel,   // SelectionParts::embedder
};

struct SelectionConfig {
  Strategy strategy = Strategy::kQualityDiversity;
  double fraction = 1.0;  // kept, in (0, 1]
  Ungraded ungraded = Ungraded::kKeep;
  QualityScale quality = QualityScale::kMargin;
  // Under kRandom and kQualityOnly: keep exactly as many of every source as kQualityDiversity would
  // (its clusters are computed for that), instead of the rounded fraction.
  bool match_size = false;
  Embedding embedding = Embedding::kNgrams;
  int64_t clusters = 0;  // 0: sqrt(prompts / 2), at most 100
  uint64_t seed = 0;
  int threads = 0;  // 0: one per core; changes nothing but the time
  HygieneOptions hygiene;
  HashedEmbedderOptions embedder;
  KMeansOptions kmeans;  // its clusters, seed and threads come from above
  MixingOptions mixing;

  // Error that lists every value that is not possible, with its key.
  void validate() const;

  // Everything that decides which pairs are kept, that is all but the threads.
  Json to_json() const;
};

// The names of the values, in their order: "none", "random", ...
inline constexpr std::array<std::string_view, 5> kStrategyNames = {
    "none", "random", "quality_only", "diversity_only", "quality_diversity"};
inline constexpr std::array<std::string_view, 2> kUngradedNames = {"keep", "diversity"};
inline constexpr std::array<std::string_view, 3> kQualityScaleNames = {"margin", "source_rank",
                                                                       "ifd"};
inline constexpr std::array<std::string_view, 2> kEmbeddingNames = {"ngrams", "model"};
inline constexpr std::array<std::string_view, 2> kDuplicateScopeNames = {"pair", "prompt"};
inline constexpr std::array<std::string_view, 3> kMixingModeNames = {"off", "subsample", "weight"};

constexpr std::string_view name_of(Strategy strategy) {
  return kStrategyNames[static_cast<size_t>(strategy)];
}

}  // namespace braid
