// Pairs: which of two answers is better, said once, by votes, by a graded score, or by order.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "data/feedback/kinds/kind.h"
#include "data/feedback/kinds/prompt_fields.h"
#include "data/feedback/mapping/scalars.h"
#include "data/feedback/split_pair.h"
#include "data/feedback/turns.h"

namespace braid {
namespace {

// A number between its ends: how much one side is better.
struct Score {
  Field value;
  Scale scale;
  bool high_is_first = true;
};

// 1: the first answer is surely better; -1: the second; 0: a tie.
struct Verdict {
  double sign = 1;
  double disagreement = 0;
  bool graded = false;
};

class Pairwise : public Kind {
 public:
  explicit Pairwise(ObjectReader& object)
      : prompt_(PromptFields::read(object, PromptFields::Need::kNothing)) {
    const bool ordered = object.has("chosen");
    first_ = Field::require(object, ordered ? "chosen" : "first");
    second_ = Field::require(object, ordered ? "rejected" : "second");
    preferred_ = Field::read(object, "preferred");
    if (auto score = object.object("score")) score_ = read_score(*score, true);
    if (auto strength = object.object("strength")) strength_ = read_score(*strength, false);
    if (ordered == (preferred_.has_value() || score_.has_value()) || (preferred_ && score_)) {
      object.error(ordered ? "chosen" : "first",
                   "give chosen and rejected, or first and second with either preferred or score");
    }
    if (strength_ && score_) object.error("strength", "a score says the strength already");
    authors_[0] = Field::read(object, "first_author");
    authors_[1] = Field::read(object, "second_author");
    rules_.annotators = read_aggregation(object);
    const std::string ties = object.string("ties", "half");
    if (ties != "half" && ties != "ignore") {
      object.error("ties", "expected \"half\" (a vote for either side) or \"ignore\"");
    }
    ignore_ties_ = ties == "ignore";
    judge_on("preference");
    const bool merge = object.boolean("merge_votes", false);
    rules_.grouping = merge ? Grouping::kPromptAndTexts : Grouping::kNone;
  }

  RowConversion convert(const Scope& scope) const override {
    RowConversion result;
    const std::optional<Verdict> verdict = judge(scope);
    if (!verdict) {
      result.dropped = "no judgement";
      return result;
    }
    PairTexts pair;
    result.dropped = split(scope, pair);
    if (!result.dropped.empty()) return result;
    ComparisonSet set;
    set.prompt = std::move(pair.prompt);
    prompt_.add_context(scope, set.prompt, set.tools);
    set.graded = verdict->graded;
    for (const bool first : {true, false}) {
      Response response;
      response.text = std::move(first ? pair.first : pair.second);
      response.author = author(first ? 0 : 1, scope);
      response.ratings = {(1 + (first ? verdict->sign : -verdict->sign)) / 2};
      if (verdict->disagreement > 0) response.spreads = {verdict->disagreement};
      set.responses.push_back(std::move(response));
    }
    result.sets.push_back(std::move(set));
    return result;
  }

 private:
  static Score read_score(ObjectReader& object, bool two_sided) {
    Score score;
    score.value = Field::read_inline(object, "");
    score.scale = read_scale(object, true);
    if (two_sided) {
      const std::string high = object.require_string("high");
      if (high != "first" && high != "second") {
        object.error("high", "expected \"first\" or \"second\": the better one at the high end");
      }
      score.high_is_first = high == "first";
    }
    object.reject_unknown();
    return score;
  }

  std::string_view split(const Scope& scope, PairTexts& pair) const {
    Json first_scratch, second_scratch;
    TextOrConversation first = read_turns(first_.require(scope, first_scratch), first_.name());
    TextOrConversation second = read_turns(second_.require(scope, second_scratch), second_.name());
    if (first.is_text() != second.is_text()) {
      fail("{}: text and conversation mixed; the two answers need one form", second_.name());
    }
    return split_pair(prompt_.raw(scope), std::move(first), std::move(second), pair);
  }

  // nullopt when nobody judged.
  std::optional<Verdict> judge(const Scope& scope) const {
    if (score_) return judge_by_score(scope);
    Verdict verdict;
    if (preferred_) {
      const std::vector<double> votes = read_votes(scope);
      if (votes.empty()) return std::nullopt;
      const Opinion opinion = aggregate(votes, rules_.annotators);
      verdict = {opinion.value, opinion.spread / 2, votes.size() > 1};
    }
    if (strength_) {
      const auto strength = rate(strength_->value, strength_->scale, rules_.annotators, scope);
      if (!strength) return std::nullopt;
      const Scale& scale = strength_->scale;
      const double share = (strength->value - scale.low) / (scale.high - scale.low);
      verdict.sign = static_cast<double>((verdict.sign > 0) - (verdict.sign < 0)) * share;
      verdict.graded = true;
    }
    return verdict;
  }

  std::optional<Verdict> judge_by_score(const Scope& scope) const {
    const auto score = rate(score_->value, score_->scale, rules_.annotators, scope);
    if (!score) return std::nullopt;
    const double range = score_->scale.high - score_->scale.low;
    // From the middle, so that equal distances on both sides give equal strength to the last bit.
    const double middle = score_->scale.low + range / 2;
    const double sign = std::clamp((score->value - middle) / (range / 2), -1.0, 1.0);
    return Verdict{score_->high_is_first ? sign : -sign, score->spread / range, true};
  }

  std::vector<double> read_votes(const Scope& scope) const {
    Json scratch;
    std::vector<double> votes;
    for (const Json* value : preferred_->all(scope, scratch)) {
      if (*value == "first") {
        votes.push_back(1);
      } else if (*value == "second") {
        votes.push_back(-1);
      } else if (*value != "tie") {
        fail("{}: {} is none of first, second and tie; give the source a map", preferred_->name(),
             describe_value(*value));
      } else if (!ignore_ties_) {
        votes.push_back(0);
      }
    }
    return votes;
  }

  std::string author(size_t side, const Scope& scope) const {
    Json scratch;
    const Json* name = authors_[side] ? authors_[side]->one(scope, scratch) : nullptr;
    return name == nullptr ? "" : scalar_text(*name).value_or("");
  }

  PromptFields prompt_;
  Field first_, second_;
  std::optional<Field> preferred_;
  std::optional<Score> score_, strength_;
  std::optional<Field> authors_[2];
  bool ignore_ties_ = false;
};

}  // namespace

std::unique_ptr<Kind> make_pairwise(ObjectReader& object) {
  return std::make_unique<Pairwise>(object);
}

}  // namespace braid
