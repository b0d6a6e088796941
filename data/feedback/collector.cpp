// Joining, scaling and ordering of comparison sets.
#include "data/feedback/collector.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/hash.h"
#include "data/feedback/conversation.h"
#include "data/feedback/scales.h"

namespace braid {
namespace {

int64_t sum(const Counts& counts) {
  int64_t total = 0;
  for (const auto& [reason, count] : counts) total += count;
  return total;
}

std::vector<std::string_view> sorted_texts(const ComparisonSet& set) {
  std::vector<std::string_view> texts;
  for (const Response& response : set.responses) texts.push_back(trimmed(response.text));
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts;
}

uint64_t comparison_key(const ComparisonSet& set, Grouping grouping) {
  uint64_t key = set.prompt_key;
  if (grouping == Grouping::kPromptAndTexts) {
    for (const std::string_view text : sorted_texts(set)) key = hash64(text, key);
  }
  return key;
}

bool unrated(const Response& response, bool needs_every_axis) {
  const auto is_nan = [](double rating) { return std::isnan(rating); };
  return needs_every_axis ? std::any_of(response.ratings.begin(), response.ratings.end(), is_nan)
                          : std::all_of(response.ratings.begin(), response.ratings.end(), is_nan);
}

// Same prompt up to white space at the ends of turns, as the key says.
bool same_prompt(const Conversation& a, const Conversation& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& one, const auto& other) {
    return one.role == other.role && trimmed(one.content) == trimmed(other.content) &&
           one.fields == other.fields;
  });
}

}  // namespace

void Collector::drop_set(RowRef where, std::string_view reason, int64_t count) {
  result_.report.dropped_sets[std::string(reason)] += count;
  result_.drops.add(DropStage::kSet, where, reason, count);
}

void Collector::drop_response(RowRef where, std::string_view reason, int64_t count) {
  result_.report.dropped_responses[std::string(reason)] += count;
  result_.drops.add(DropStage::kResponse, where, reason, count);
}

void Collector::add(RowConversion conversion, RowRef where) {
  ConversionReport& report = result_.report;
  report.made_sets += sum(conversion.dropped_sets);
  report.responses += sum(conversion.dropped_responses);
  for (const auto& [reason, count] : conversion.dropped_sets) drop_set(where, reason, count);
  for (const auto& [reason, count] : conversion.dropped_responses) {
    drop_response(where, reason, count);
  }
  for (ComparisonSet& set : conversion.sets) {
    report.responses += static_cast<int64_t>(set.responses.size());
    add_set(std::move(set));
  }
  for (Demonstration& example : conversion.demonstrations) {
    result_.demonstrations.push_back(std::move(example));
  }
}

bool Collector::same_comparison(const ComparisonSet& a, const ComparisonSet& b) const {
  if (!same_prompt(a.prompt, b.prompt)) return false;
  return rules_.grouping != Grouping::kPromptAndTexts || sorted_texts(a) == sorted_texts(b);
}

void Collector::add_set(ComparisonSet set) {
  if (rules_.grouping != Grouping::kNone) {
    const uint64_t key = comparison_key(set, rules_.grouping);
    const auto [begin, end] = by_key_.equal_range(key);
    for (auto entry = begin; entry != end; ++entry) {
      ComparisonSet& known = result_.sets[entry->second];
      if (!same_comparison(known, set)) continue;
      std::move(set.responses.begin(), set.responses.end(), std::back_inserter(known.responses));
      known.graded = known.graded || set.graded || rules_.grouping == Grouping::kPromptAndTexts;
      known.weight = std::max(known.weight, set.weight);
      return;
    }
    by_key_.emplace(key, result_.sets.size());
  }
  result_.sets.push_back(std::move(set));
}

// `first` takes the opinions of the responses up to `end`, which have the same text.
void Collector::pool(Response& first, const Response* other, const Response* end) const {
  const size_t axes = first.ratings.size();
  std::vector<std::vector<double>> ratings(axes), squares(axes);
  const auto gather = [&](const Response& response) {
    for (size_t axis = 0; axis < axes; ++axis) {
      if (std::isnan(response.ratings[axis])) continue;
      const double spread = response.spreads.empty() ? 0 : response.spreads[axis];
      ratings[axis].push_back(response.ratings[axis]);
      squares[axis].push_back(spread * spread);
    }
  };
  gather(first);
  for (; other != end; ++other) {
    gather(*other);
    first.author = std::min(first.author, other->author);
    first.text = std::min(first.text, other->text);
    first.where = std::min(first.where, other->where);
  }
  first.spreads.assign(axes, 0);
  for (size_t axis = 0; axis < axes; ++axis) {
    if (ratings[axis].empty()) continue;
    const Opinion opinion = aggregate(std::move(ratings[axis]), rules_.annotators);
    // Opinions differ inside rows and between them.
    const double within = aggregate(std::move(squares[axis]), Aggregation::kMean).value;
    first.ratings[axis] = opinion.value;
    first.spreads[axis] = std::sqrt(within + opinion.spread * opinion.spread);
  }
}

void Collector::merge_equal_texts(ComparisonSet& set) {
  std::vector<Response>& responses = set.responses;
  const auto text = [](const Response& response) { return trimmed(response.text); };
  std::sort(responses.begin(), responses.end(),
            [&](const Response& a, const Response& b) { return text(a) < text(b); });
  size_t kept = 0;
  for (size_t begin = 0; begin < responses.size();) {
    size_t end = begin + 1;
    while (end < responses.size() && text(responses[end]) == text(responses[begin])) ++end;
    if (end - begin > 1) {
      for (size_t i = begin + 1; i < end; ++i) {
        drop_response(responses[i].where, "repeats an answer");
      }
      pool(responses[begin], &responses[begin] + 1, responses.data() + end);
    }
    if (kept != begin) responses[kept] = std::move(responses[begin]);
    ++kept;
    begin = end;
  }
  responses.resize(kept);
}

void Collector::drop_responses(ComparisonSet& set) {
  std::erase_if(set.responses, [&](const Response& response) {
    if (!unrated(response, rules_.needs_every_axis)) return false;
    drop_response(response.where, "not rated");
    return true;
  });
}

void Collector::keep_unpaired(ComparisonSet& set) {
  ++result_.report.unpaired_sets;
  for (Response& response : set.responses) {
    UnpairedLabel label;
    label.example = {set.prompt,    set.tools,      std::move(response.text),
                     set.weight,    set.prompt_key, set.group,
                     response.where};
    label.good = response.utility > 0.5;
    result_.unpaired.push_back(std::move(label));
  }
}

void Collector::keep_or_drop(ComparisonSet set) {
  const bool alike = std::all_of(
      set.responses.begin(), set.responses.end(),
      [&](const Response& response) { return response.utility == set.responses[0].utility; });
  if (rules_.labels && !set.responses.empty() && alike && set.responses[0].utility != 0.5) {
    return keep_unpaired(set);
  }
  if (set.responses.size() < 2) {
    drop_set(set.where, set.responses.empty() ? "no rated answer" : "only one answer");
    if (!set.responses.empty()) drop_response(set.responses[0].where, "in a dropped set");
    return;
  }
  std::sort(set.responses.begin(), set.responses.end(), [](const Response& a, const Response& b) {
    return a.utility != b.utility ? a.utility > b.utility : a.text < b.text;
  });
  result_.sets.push_back(std::move(set));
}

void Collector::finish() {
  by_key_.clear();
  std::vector<ComparisonSet> sets = std::move(result_.sets);
  result_.sets.clear();
  result_.report.made_sets += static_cast<int64_t>(sets.size());
  for (ComparisonSet& set : sets) merge_equal_texts(set);
  const Scales scales(rules_.axes, sets);
  for (ComparisonSet& set : sets) {
    drop_responses(set);
    for (Response& response : set.responses) scales.apply(response);
    keep_or_drop(std::move(set));
  }
}

}  // namespace braid
