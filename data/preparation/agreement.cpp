#include "data/preparation/agreement.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/hash.h"
#include "data/feedback/conversation.h"

namespace braid {
namespace {

constexpr size_t kMaxSets = 64;
constexpr size_t kMaxAnswers = 64;

struct Place {
  uint64_t prompt;
  uint32_t source;
  const ComparisonSet* set;
};

// All sets, those of one prompt together, then those of one source.
std::vector<Place> sorted_places(const std::vector<SourceFeedback>& feedback) {
  std::vector<Place> places;
  for (uint32_t source = 0; source < feedback.size(); ++source) {
    for (const ComparisonSet& set : feedback[source].sets) {
      places.push_back({set.prompt_key, source, &set});
    }
  }
  std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return a.prompt != b.prompt ? a.prompt < b.prompt : a.source < b.source;
  });
  return places;
}

uint64_t answer_key(const Response& response) { return hash64(trimmed(response.text)); }

struct CommonAnswer {
  double first, second;  // utilities
};

std::vector<CommonAnswer> common_answers(const ComparisonSet& a, const ComparisonSet& b) {
  std::unordered_map<uint64_t, double> utilities;
  for (const Response& response : a.responses) {
    utilities.emplace(answer_key(response), response.utility);
  }
  std::vector<CommonAnswer> common;
  for (const Response& response : b.responses) {
    const auto found = utilities.find(answer_key(response));
    if (found == utilities.end()) continue;
    common.push_back({found->second, response.utility});
    if (common.size() == kMaxAnswers) break;
  }
  return common;
}

void compare(const ComparisonSet& a, const ComparisonSet& b, Agreement& agreement) {
  const auto common = common_answers(a, b);
  for (size_t i = 0; i < common.size(); ++i) {
    for (size_t j = i + 1; j < common.size(); ++j) {
      const double first = common[i].first - common[j].first;
      const double second = common[i].second - common[j].second;
      if (first == 0 || second == 0) continue;
      ++((first > 0) == (second > 0) ? agreement.agree : agreement.disagree);
    }
  }
}

using Agreements = std::map<std::pair<uint32_t, uint32_t>, Agreement>;

// The sets of one prompt.
void compare_all(const Place* begin, const Place* end, Agreements& agreements) {
  std::map<uint32_t, std::vector<const ComparisonSet*>> by_source;
  for (const Place* place = begin; place != end; ++place) {
    auto& sets = by_source[place->source];
    if (sets.size() < kMaxSets) sets.push_back(place->set);
  }
  for (auto first = by_source.begin(); first != by_source.end(); ++first) {
    for (auto second = std::next(first); second != by_source.end(); ++second) {
      Agreement& agreement = agreements[{first->first, second->first}];
      agreement.first = first->first;
      agreement.second = second->first;
      ++agreement.prompts;
      for (const ComparisonSet* a : first->second) {
        for (const ComparisonSet* b : second->second) compare(*a, *b, agreement);
      }
    }
  }
}

}  // namespace

std::vector<Agreement> source_agreement(const std::vector<SourceFeedback>& feedback) {
  Agreements agreements;
  if (feedback.size() > 1) {
    const auto places = sorted_places(feedback);
    for (size_t begin = 0, end = 0; begin < places.size(); begin = end) {
      while (end < places.size() && places[end].prompt == places[begin].prompt) ++end;
      if (places[begin].source == places[end - 1].source) continue;
      compare_all(&places[begin], &places[begin] + (end - begin), agreements);
    }
  }
  std::vector<Agreement> result;
  for (const auto& [sources, agreement] : agreements) result.push_back(agreement);
  return result;
}

}  // namespace braid
