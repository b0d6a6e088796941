// Gathers what rows give: joins sets that speak about the same comparison, and once all rows are
// there brings ratings to one scale and orders the responses.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/feedback/convert.h"

namespace braid {

class Collector {
 public:
  // Writes into `result`. Both must outlive the collector.
  Collector(const JudgementRules& rules, SourceFeedback& result) : rules_(rules), result_(result) {}

  void add(RowConversion conversion, RowRef where);
  void finish();

 private:
  void drop_set(RowRef where, std::string_view reason, int64_t count = 1);
  void drop_response(RowRef where, std::string_view reason, int64_t count = 1);
  void add_set(ComparisonSet set);
  bool same_comparison(const ComparisonSet& a, const ComparisonSet& b) const;
  // The same text several times becomes one response with the opinions of all.
  void merge_equal_texts(ComparisonSet& set);
  void pool(Response& first, const Response* other, const Response* end) const;
  void drop_responses(ComparisonSet& set);
  void keep_or_drop(ComparisonSet set);
  void keep_unpaired(ComparisonSet& set);

  const JudgementRules& rules_;
  SourceFeedback& result_;
  std::unordered_multimap<uint64_t, size_t> by_key_;  // into result_.sets
};

}  // namespace braid
