// Labels: an answer is good or bad. A prompt with both makes comparisons; others stay unpaired.
#include "base/error.h"
#include "data/feedback/kinds/candidates.h"
#include "data/feedback/mapping/scalars.h"

namespace braid {
namespace {

struct Word {
  std::string_view text;
  double value;
};

constexpr Word kWords[] = {
    {"true", 1}, {"True", 1},      {"1", 1},     {"good", 1},  {"yes", 1},
    {"up", 1},   {"desirable", 1}, {"false", 0}, {"False", 0}, {"0", 0},
    {"-1", 0},   {"bad", 0},       {"no", 0},    {"down", 0},  {"undesirable", 0},
};

class Label : public Kind {
 public:
  explicit Label(ObjectReader& object)
      : candidates_(CandidateFields::read(object)), label_(Field::require(object, "label")) {
    judge_on("label");
    rules_.annotators = read_aggregation(object);
    rules_.grouping = Grouping::kPrompt;
    rules_.labels = true;
  }

  RowConversion convert(const Scope& scope) const override {
    RowConversion result;
    for (Candidates& candidates : candidates_.find(scope, result)) {
      std::vector<std::optional<Opinion>> opinions;
      for (const Candidate& candidate : candidates.answers) opinions.push_back(read(candidate));
      ComparisonSet set = CandidateFields::empty_set(candidates);
      set.graded = false;
      size_t kept = 0;
      for (size_t i = 0; i < opinions.size(); ++i) {
        if (!opinions[i]) {
          ++result.dropped_responses["not labelled"];
          continue;
        }
        set.responses[i].ratings = {opinions[i]->value};
        if (opinions[i]->spread > 0) set.responses[i].spreads = {opinions[i]->spread};
        if (kept != i) set.responses[kept] = std::move(set.responses[i]);
        ++kept;
      }
      set.responses.resize(kept);
      if (kept > 0) result.sets.push_back(std::move(set));
    }
    if (result.sets.empty() && result.dropped.empty()) {
      result.dropped = "not labelled";
      result.dropped_responses.clear();
    }
    return result;
  }

 private:
  std::optional<Opinion> read(const Candidate& candidate) const {
    Json scratch;
    std::vector<double> votes;
    const Field& field = candidate.fields->rating("label", label_);
    for (const Json* value : field.all(candidate.scope, scratch)) {
      if (const auto vote = read_word(*value, field)) votes.push_back(*vote);
    }
    if (votes.empty()) return std::nullopt;
    return aggregate(std::move(votes), rules_.annotators);
  }

  static std::optional<double> read_word(const Json& value, const Field& field) {
    const auto text = scalar_text(value);
    if (text && trimmed(*text).empty()) return std::nullopt;
    for (const Word& word : kWords) {
      if (text == word.text) return word.value;
    }
    fail("{}: {} is not known as a label; give the source a map to true and false", field.name(),
         describe_value(value));
  }

  CandidateFields candidates_;
  Field label_;
};

}  // namespace

std::unique_ptr<Kind> make_label(ObjectReader& object) { return std::make_unique<Label>(object); }

}  // namespace braid
