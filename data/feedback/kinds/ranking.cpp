// Rankings: a list from best to worst, a rank per answer, a tree of ranked replies, or a judgement
// on every two answers.
//
// The rating of an answer is its expected quantile: with n answers the best has n/(n+1), the worst
// 1/(n+1), equal ranks share their mean. The best of nine is farther from the worst than the best
// of two, which a share of answers beaten would hide.
#include <algorithm>

#include "base/error.h"
#include "data/feedback/kinds/candidates.h"
#include "data/feedback/mapping/scalars.h"

namespace braid {
namespace {

// `standing`: higher is better; any scale.
void set_quantiles(const std::vector<double>& standing, ComparisonSet& set) {
  std::vector<double> sorted = standing;
  std::sort(sorted.begin(), sorted.end());
  for (size_t i = 0; i < standing.size(); ++i) {
    const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), standing[i]);
    const auto below = static_cast<double>(first - sorted.begin());
    const auto equal = static_cast<double>(last - first);
    const double rank = below + (equal + 1) / 2;  // from 1, the worst
    set.responses[i].ratings = {rank / (static_cast<double>(standing.size()) + 1)};
  }
}

class Ranking : public Kind {
 public:
  explicit Ranking(ObjectReader& object) : candidates_(CandidateFields::read(object)) {
    rank_ = Field::read(object, "rank");
    comparisons_ = Field::read(object, "comparisons");
    if (rank_ && comparisons_) object.error("comparisons", "give either rank or comparisons");
    if (!rank_ && object.has("best")) object.error("best", "only ranks have a best end");
    const std::string best = object.string("best", "low");
    if (best != "low" && best != "high") {
      object.error("best", "expected \"low\" or \"high\": the rank of the best answer");
    }
    sign_ = best == "low" ? -1 : 1;
    judge_on("rank");
  }

  RowConversion convert(const Scope& scope) const override {
    RowConversion result;
    std::string_view first_flaw;
    for (Candidates& candidates : candidates_.find(scope, result)) {
      std::vector<double> standing;
      std::string_view flaw;
      if (comparisons_) {
        flaw = result.dropped_responses.empty()
                   ? compare_all(scope, candidates.answers.size(), standing)
                   : "empty answer";
      } else {
        standing = read_ranks(candidates, result);
        if (standing.size() < 2) flaw = "fewer than two ranked answers";
      }
      if (!flaw.empty()) {
        ++result.dropped_sets[std::string(flaw)];
        if (first_flaw.empty()) first_flaw = flaw;
        continue;
      }
      ComparisonSet set = CandidateFields::empty_set(candidates);
      set_quantiles(standing, set);
      result.sets.push_back(std::move(set));
    }
    // A row without a set is dropped as a whole.
    if (result.sets.empty() && result.dropped.empty()) result.dropped = first_flaw;
    return result;
  }

 private:
  // Without ranks the answers are listed from best to worst.
  std::optional<double> read_rank(const Candidate& candidate, size_t position) const {
    if (!rank_) return static_cast<double>(position);
    Json scratch;
    const Json* value = rank_->one(candidate.scope, scratch);
    return value == nullptr ? std::nullopt : scalar_number(*value, rank_->name());
  }

  // Takes answers without a rank out of `candidates`.
  std::vector<double> read_ranks(Candidates& candidates, RowConversion& counts) const {
    std::vector<double> standing;
    std::vector<Candidate> ranked;
    for (Candidate& candidate : candidates.answers) {
      const auto rank = read_rank(candidate, standing.size());
      if (!rank) {
        ++counts.dropped_responses["not ranked"];
        continue;
      }
      standing.push_back(sign_ * *rank);
      ranked.push_back(std::move(candidate));
    }
    candidates.answers = std::vector<Candidate>();
    for (Candidate& candidate : ranked) candidates.answers.push_back(std::move(candidate));
    if (standing.size() < 2 && !standing.empty()) {
      counts.dropped_responses["in a dropped set"] += static_cast<int64_t>(standing.size());
    }
    return standing;
  }

  // Labels for (1,2), (1,3), ... (n-1,n): first, second or tie. The standing is the number of
  // answers beaten, a tie counting half; it has to agree with every label.
  std::string_view compare_all(const Scope& scope, size_t count,
                               std::vector<double>& standing) const {
    Json scratch;
    const std::vector<const Json*> labels = comparisons_->all(scope, scratch);
    if (labels.size() != count * (count - 1) / 2) {
      fail("{}: {} labels for {} answers; expected one for every two", comparisons_->name(),
           labels.size(), count);
    }
    standing.assign(count, 0);
    std::vector<int> signs;
    for (const Json* label : labels) signs.push_back(sign_of(*label));
    size_t next = 0;
    for (size_t i = 0; i < count; ++i) {
      for (size_t j = i + 1; j < count; ++j, ++next) {
        standing[i] += (1 + signs[next]) / 2.0;
        standing[j] += (1 - signs[next]) / 2.0;
      }
    }
    next = 0;
    for (size_t i = 0; i < count; ++i) {
      for (size_t j = i + 1; j < count; ++j, ++next) {
        const double gap = standing[i] - standing[j];
        if ((gap > 0) - (gap < 0) != signs[next]) return kContradiction;
      }
    }
    return {};
  }

  int sign_of(const Json& label) const {
    if (label == "first") return 1;
    if (label == "second") return -1;
    if (label == "tie") return 0;
    fail("{}: {} is none of first, second and tie; give the source a map", comparisons_->name(),
         describe_value(label));
  }

  static constexpr std::string_view kContradiction = "comparisons contradict each other";

  CandidateFields candidates_;
  std::optional<Field> rank_, comparisons_;
  double sign_ = -1;
};

}  // namespace

std::unique_ptr<Kind> make_ranking(ObjectReader& object) {
  return std::make_unique<Ranking>(object);
}

}  // namespace braid
