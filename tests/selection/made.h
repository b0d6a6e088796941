// Data that the tests of selection make up: points by the formulas of scripts/golden/selection.py,
// and pairs with texts.
#pragma once

#include <cstdint>
#include <deque>
#include <numeric>
#include <string>
#include <vector>

#include "base/random.h"
#include "data/selection/candidate.h"
#include "data/selection/matrix.h"

namespace braid::test {

// `groups` blobs around uniform centres; the noise is a sum of four uniform numbers. "sparse" sets
// most coordinates to 0.
inline Matrix made_points(const std::string& name, uint64_t seed, int64_t count, int64_t dimensions,
                          int64_t groups, double spread) {
  Matrix points(count, dimensions);
  for (int64_t i = 0; i < count; ++i) {
    for (int64_t j = 0; j < dimensions; ++j) {
      const auto index = static_cast<uint64_t>(i * dimensions + j);
      const auto centre = static_cast<uint64_t>(i % groups * dimensions + j);
      double noise = 0;
      for (uint64_t t = 0; t < 4; ++t) noise += random_unit(seed, 2 + t, index) - 0.5;
      double value = random_unit(seed, 1, centre) - 0.5 + spread * noise;
      if (name == "sparse") value = random_unit(seed, 9, index) < 0.9 ? 0.0 : std::abs(value);
      points.row(i)[static_cast<size_t>(j)] = static_cast<float>(value);
    }
  }
  return points;
}

// Candidates that own their texts; references stay valid while pairs are added.
class Pairs {
 public:
  Candidate& add(const std::string& prompt, const std::string& chosen, const std::string& rejected,
                 double margin = 1, const std::string& source = "made") {
    const auto own = [&](const std::string& text) -> std::string_view {
      return texts_.emplace_back(text);
    };
    all_.push_back({own(prompt), own(chosen), own(rejected), margin, true, own(source), {}});
    all_.back().key = all_.back().prompt;
    return all_.back();
  }

  std::vector<Candidate> list() const { return {all_.begin(), all_.end()}; }

 private:
  std::deque<std::string> texts_;
  std::deque<Candidate> all_;
};

// "<word> <word> ...", each of `count` words one of `vocabulary` made-up ones.
inline std::string made_text(uint64_t seed, uint64_t stream, int count, uint64_t vocabulary) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    const uint64_t word = random_below(seed, stream, static_cast<uint64_t>(i), vocabulary);
    text += (i > 0 ? " w" : "w") + std::to_string(word * 7919 % 100003);
  }
  return text;
}

// `count` pairs about ten subjects from three sources ("plain" is ungraded), margins 0.5 to 4, and
// now and then an exact or near repetition or a broken record.
inline Pairs made_pairs(int count) {
  Pairs pairs;
  for (int i = 0; i < count; ++i) {
    const auto n = static_cast<uint64_t>(i);
    const std::string subject = "subject" + std::to_string(random_below(1, 1, n, 10));
    const std::string source = i % 3 == 0 ? "plain" : i % 3 == 1 ? "stars" : "votes";
    std::string prompt = subject + " " + made_text(2, n, 12, 60) + " about " + subject;
    if (i % 10 == 9) prompt = subject + " " + made_text(2, n - 3, 12, 60) + " about " + subject;
    const double margin = 0.5 * static_cast<double>(1 + random_below(3, 3, n, 8));
    const std::string chosen = made_text(4, i % 20 == 19 ? n - 3 : n, 10, 500);
    Candidate& added = pairs.add(prompt, chosen, i % 50 == 7 ? chosen : "no " + chosen, margin);
    added.graded = source != "plain";
    added.source = source == "plain" ? "plain" : source == "stars" ? "stars" : "votes";
  }
  return pairs;
}

inline std::vector<size_t> kept_indices(const std::vector<Decision>& decisions) {
  std::vector<size_t> kept;
  for (size_t i = 0; i < decisions.size(); ++i) {
    if (decisions[i].kept()) kept.push_back(i);
  }
  return kept;
}

}  // namespace braid::test
