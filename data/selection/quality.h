// How good a pair is as training material. A number per candidate, larger is better.
#pragma once

#include <span>
#include <vector>

#include "data/selection/candidate.h"

namespace braid {

// Implementations score candidates by content and by what the others are, never by their order.
// Only graded candidates are passed. The numbers are finite.
class QualityScore {
 public:
  virtual ~QualityScore() = default;
  virtual std::vector<double> score(std::span<const Candidate> candidates) const = 0;
};

// The paper's quality: the margin, the largest gap between two answers to the prompt.
class MarginQuality : public QualityScore {
 public:
  std::vector<double> score(std::span<const Candidate> candidates) const override;
};

// The margin's place within its source, in (0, 1): (smaller + equal/2) / count. For sources whose
// margins cannot be compared with one another.
class SourceRankQuality : public QualityScore {
 public:
  std::vector<double> score(std::span<const Candidate> candidates) const override;
};

}  // namespace braid
