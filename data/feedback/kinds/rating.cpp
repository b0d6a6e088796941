// Ratings: any number of answers to a prompt, each rated on one or many axes.
#include <limits>

#include "base/error.h"
#include "data/feedback/kinds/candidates.h"

namespace braid {
namespace {

class Rating : public Kind {
 public:
  explicit Rating(ObjectReader& object) : candidates_(CandidateFields::read(object)) {
    const Aggregation annotators = read_aggregation(object);
    for (ObjectReader& axis : object.objects("axes")) {
      rules_.axes.push_back(read_axis(axis, annotators));
    }
    if (rules_.axes.empty()) object.error("axes", "expected at least one axis");
    const std::string missing = object.string("missing", "drop");
    if (missing != "drop" && missing != "ignore") {
      object.error("missing", "expected \"drop\" (the response) or \"ignore\" (the axis)");
    }
    rules_.needs_every_axis = missing == "drop";
    rules_.annotators = annotators;
    rules_.grouping = Grouping::kPrompt;
  }

  RowConversion convert(const Scope& scope) const override {
    RowConversion result;
    for (Candidates& candidates : candidates_.find(scope, result)) {
      std::vector<Response> rated;
      for (const Candidate& candidate : candidates.answers) rated.push_back(rate_answer(candidate));
      ComparisonSet set = CandidateFields::empty_set(candidates);
      for (size_t i = 0; i < rated.size(); ++i) {
        set.responses[i].ratings = std::move(rated[i].ratings);
        set.responses[i].spreads = std::move(rated[i].spreads);
      }
      result.sets.push_back(std::move(set));
    }
    return result;
  }

 private:
  // Ratings and spreads on the axes' own scales.
  Response rate_answer(const Candidate& candidate) const {
    Response response;
    for (size_t i = 0; i < rules_.axes.size(); ++i) {
      const Axis& axis = rules_.axes[i];
      const Field& field = candidate.fields->rating(axis.name, axis.value);
      const auto opinion = rate(field, axis.scale, axis.annotators, candidate.scope);
      constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
      response.ratings.push_back(opinion ? opinion->value : kNone);
      if (!opinion || opinion->spread == 0) continue;
      response.spreads.resize(rules_.axes.size());
      response.spreads[i] = opinion->spread;
    }
    return response;
  }

  CandidateFields candidates_;
};

}  // namespace

std::unique_ptr<Kind> make_rating(ObjectReader& object) { return std::make_unique<Rating>(object); }

}  // namespace braid
