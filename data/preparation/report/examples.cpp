#include "data/preparation/report/examples.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/html.h"

namespace braid {
namespace {

constexpr size_t kPerSource = 2, kPerReason = 3;
constexpr size_t kPromptCharacters = 600, kAnswerCharacters = 500;

// The few records of each key whose hashes are smallest.
template <typename Key>
class Sample {
 public:
  explicit Sample(size_t size) : size_(size) {}

  void offer(const Key& key, uint64_t hash, size_t record) {
    auto& chosen = chosen_[key];
    const std::pair entry(hash, record);
    if (chosen.size() == size_ && !(entry < chosen.back())) return;
    chosen.insert(std::upper_bound(chosen.begin(), chosen.end(), entry), entry);
    if (chosen.size() > size_) chosen.pop_back();
  }

  const auto& chosen() const { return chosen_; }

 private:
  size_t size_;
  std::map<Key, std::vector<std::pair<uint64_t, size_t>>> chosen_;
};

std::string text_block(const char* label, std::string_view text, size_t limit) {
  return fmt::format("<div class=\"label\">{}</div><div class=\"text\" dir=\"auto\">{}</div>",
                     label, html::excerpt(text, limit));
}

class Cards {
 public:
  explicit Cards(const Preparation& preparation) : preparation_(preparation) {}

  std::string kept() const;
  std::string dropped() const;

 private:
  std::string card(size_t i) const;
  std::string facts(size_t i) const;

  const Preparation& preparation_;
};

std::string Cards::facts(size_t i) const {
  const auto& pairs = preparation_.pairs;
  const ComparisonSet& set = preparation_.set_of(pairs.records[i]);
  const SourceFeedback& feedback = preparation_.feedback[pairs.records[i].source];
  const Decision& decision = pairs.selection.decisions[i];
  std::string text = fmt::format("{}{} · {}:{}", html::swatch(pairs.records[i].source),
                                 html::escape(feedback.name),
                                 html::escape(feedback.files[set.where.file]), set.where.row);
  if (set.graded) text += fmt::format(" · margin {:.3g}", pairs.records[i].pair.margin);
  if (decision.cluster >= 0) text += fmt::format(" · cluster {}", decision.cluster);
  return "<div class=\"soft\">" + text + "</div>";
}

std::string Cards::card(size_t i) const {
  const Candidate& candidate = preparation_.pairs.candidates[i];
  const Decision& decision = preparation_.pairs.selection.decisions[i];
  std::string text = "<div class=\"card\">" + facts(i) +
                     text_block("prompt", candidate.prompt, kPromptCharacters) +
                     text_block("chosen", candidate.chosen, kAnswerCharacters) +
                     text_block("rejected", candidate.rejected, kAnswerCharacters);
  if (decision.match >= 0) {
    const auto match = static_cast<size_t>(decision.match);
    const bool leak = decision.reason == DropReason::kEvaluationLeak;
    text += text_block(leak ? "evaluation prompt in it" : "prompt of the pair that stays for it",
                       leak ? std::string_view(preparation_.protected_texts[match])
                            : preparation_.pairs.candidates[match].prompt,
                       kPromptCharacters);
    text += fmt::format("<div class=\"soft\">similarity {:.2f}</div>", decision.similarity);
  }
  return text + "</div>\n";
}

std::string Cards::kept() const {
  const auto& pairs = preparation_.pairs;
  Sample<uint32_t> sample(kPerSource);
  for (size_t i = 0; i < pairs.size(); ++i) {
    if (!pairs.trains(i)) continue;
    sample.offer(pairs.records[i].source, content_hash(pairs.candidates[i], 0), i);
  }
  std::string text;
  for (const auto& [source, chosen] : sample.chosen()) {
    for (const auto& [hash, i] : chosen) text += card(i);
  }
  return text;
}

std::string Cards::dropped() const {
  const auto& pairs = preparation_.pairs;
  Sample<DropReason> sample(kPerReason);
  for (size_t i = 0; i < pairs.size(); ++i) {
    const DropReason reason = pairs.selection.decisions[i].reason;
    if (reason == DropReason::kKept) continue;
    sample.offer(reason, content_hash(pairs.candidates[i], 0), i);
  }
  std::string text;
  for (const auto& [reason, chosen] : sample.chosen()) {
    text += fmt::format("<details><summary>{}</summary>\n", name_of(reason));
    for (const auto& [hash, i] : chosen) text += card(i);
    text += "</details>\n";
  }
  return text;
}

}  // namespace

std::string example_cards(const Preparation& preparation) {
  const Cards cards(preparation);
  std::string text = "<h3>Pairs that train</h3>\n" + cards.kept();
  const std::string dropped = cards.dropped();
  if (!dropped.empty()) text += "<h3>Pairs that were dropped</h3>\n" + dropped;
  return text;
}

}  // namespace braid
