// A kind of supervision: how one row becomes comparison sets or demonstrations.
//
// A new kind is one file with a make_ function, and one line in kinds.cpp.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/feedback/comparison.h"
#include "data/feedback/mapping/axis.h"

namespace braid {

using Counts = std::map<std::string, int64_t, std::less<>>;  // reason -> how many

// What one row gives. Sets may have a single response here: they are joined by prompt later.
// Keys, groups and origins are filled in by the caller.
struct RowConversion {
  std::vector<ComparisonSet> sets;
  std::vector<Demonstration> demonstrations;
  Counts dropped_sets, dropped_responses;  // parts of the row that give nothing
  std::string_view dropped;                // why the whole row gives nothing; empty otherwise
};

// Which rows speak about the same comparison.
enum class Grouping {
  kNone,            // every row is a comparison of its own
  kPrompt,          // rows with the same prompt add responses
  kPromptAndTexts,  // rows with the same prompt and the same answers are further votes
};

// What is needed to finish sets once all rows are read.
struct JudgementRules {
  std::vector<Axis> axes;  // scale of Response::ratings; their fields may be empty
  Grouping grouping = Grouping::kNone;
  Aggregation annotators = Aggregation::kMean;  // of the same text rated in several rows
  // A response without a rating on some axis: dropped, or its utility is that of its other axes.
  bool needs_every_axis = true;
  // Sets in which all ratings agree are kept as UnpairedLabel.
  bool labels = false;
};

class Kind {
 public:
  virtual ~Kind() = default;

  // A pure function of the row. Throws an Error "field: what" when the row is malformed.
  virtual RowConversion convert(const Scope& scope) const = 0;

  const JudgementRules& rules() const { return rules_; }

 protected:
  // One axis in [0, 1] whose ratings the kind computes itself.
  void judge_on(const std::string& name);

  JudgementRules rules_;
};

// The kind called `name`, made from its members of `object`. Error that lists the kinds when there
// is none of that name.
std::unique_ptr<Kind> make_kind(const std::string& name, ObjectReader& object);

std::unique_ptr<Kind> make_pairwise(ObjectReader& object);
std::unique_ptr<Kind> make_rating(ObjectReader& object);
std::unique_ptr<Kind> make_ranking(ObjectReader& object);
std::unique_ptr<Kind> make_label(ObjectReader& object);
std::unique_ptr<Kind> make_cloze(ObjectReader& object);
std::unique_ptr<Kind> make_choice(ObjectReader& object);
std::unique_ptr<Kind> make_edit(ObjectReader& object);
std::unique_ptr<Kind> make_demonstration(ObjectReader& object);

}  // namespace braid
