// The built-in numbers on choices and likelihoods, and the table of all.
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "data/tasks/metrics/answer_metrics.h"
#include "data/tasks/metrics/bias_metrics.h"

namespace braid {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// The mean of a number per item; NaN leaves an item out.
class Mean : public Metric {
 public:
  using PerItem = std::function<double(const ScoredItem&)>;
  explicit Mean(PerItem per_item) : per_item_(std::move(per_item)) {}

  double value(const ScoredItems& items) const override {
    double sum = 0, count = 0;
    for (const ScoredItem* item : items) {
      const double number = per_item_(*item);
      if (std::isnan(number)) continue;
      sum += number;
      ++count;
    }
    return count > 0 ? sum / count : kNone;
  }

 private:
  PerItem per_item_;
};

double right_choice(const ScoredItem& item, ScoreBy by) {
  if (item.item->gold.empty()) return kNone;
  return item.item->gold[best_option(item, by)] > 0 ? 1 : 0;
}

double right_probability(const ScoredItem& item) {
  if (item.item->gold.empty()) return kNone;
  double largest = -std::numeric_limits<double>::infinity();
  for (const OptionScore& option : item.options) largest = std::max(largest, option.logp);
  double right = 0, all = 0;
  for (size_t i = 0; i < item.options.size(); ++i) {
    const double probability = std::exp(item.options[i].logp - largest);
    all += probability;
    if (item.item->gold[i] > 0) right += probability;
  }
  return right / all;
}

// Sums over all options of all items.
class Likelihood : public Metric {
 public:
  explicit Likelihood(bool per_byte) : per_byte_(per_byte) {}

  double value(const ScoredItems& items) const override {
    double logp = 0, units = 0;
    for (const ScoredItem* item : items) {
      for (const OptionScore& option : item->options) {
        logp += option.logp;
        units += static_cast<double>(per_byte_ ? option.bytes : option.tokens);
      }
    }
    if (!(units > 0)) return kNone;
    return per_byte_ ? -logp / units / std::log(2.0) : std::exp(-logp / units);
  }

 private:
  bool per_byte_;
};

double gap(const ScoredItem& item, ScoreBy by) {
  if (item.options.size() < 2) return kNone;
  return option_score(item.options[0], by) - option_score(item.options[1], by);
}

double positive(double gap) { return std::isnan(gap) ? kNone : gap > 0 ? 1 : 0; }

// How far the options of an item's two prompts differ: the first of each, or the sum of all.
double prompt_gap(const ScoredItem& item, bool all) {
  const auto& prompts = item.item->prompts;
  if (prompts.size() != 2) return kNone;
  const auto second = static_cast<std::ptrdiff_t>(prompts[0].continuations.size());
  const auto sum = [&](auto begin, auto end) {
    return std::accumulate(begin, end, 0.0, [](double total, const OptionScore& option) {
      return total + option.logp;
    });
  };
  const auto begin = item.options.begin(), middle = begin + second, end = item.options.end();
  return all ? std::abs(sum(begin, middle) - sum(middle, end))
             : std::abs(begin->logp - middle->logp);
}

using Make = std::function<std::unique_ptr<Metric>(ScoreBy)>;

std::unique_ptr<Metric> mean(Mean::PerItem per_item) {
  return std::make_unique<Mean>(std::move(per_item));
}

const std::map<std::string, Make>& table() {
  static const std::map<std::string, Make> metrics = {
      {"accuracy",
       [](ScoreBy by) {
         return mean([by](const ScoredItem& item) { return right_choice(item, by); });
       }},
      {"probability_true", [](ScoreBy) { return mean(right_probability); }},
      {"greedy_accuracy",
       [](ScoreBy) {
         return mean([](const ScoredItem& item) {
           return item.options.empty() ? kNone : item.options[0].greedy ? 1.0 : 0.0;
         });
       }},
      {"perplexity", [](ScoreBy) { return std::make_unique<Likelihood>(false); }},
      {"bits_per_byte", [](ScoreBy) { return std::make_unique<Likelihood>(true); }},
      {"first_preferred",
       [](ScoreBy by) {
         return mean([by](const ScoredItem& item) { return positive(gap(item, by)); });
       }},
      {"mean_gap",
       [](ScoreBy by) {
         return mean([by](const ScoredItem& item) { return std::abs(gap(item, by)); });
       }},
      {"lms", [](ScoreBy by) { return make_stereoset(StereosetScore::kLms, by); }},
      {"ss", [](ScoreBy by) { return make_stereoset(StereosetScore::kSs, by); }},
      {"icat", [](ScoreBy by) { return make_stereoset(StereosetScore::kIcat, by); }},
      {"bias", [](ScoreBy by) { return make_question_bias(false, by); }},
      {"ambiguous_bias", [](ScoreBy by) { return make_question_bias(true, by); }},
      {"consistency", make_consistency},
      {"first_gap",
       [](ScoreBy) {
         return mean([](const ScoredItem& item) { return prompt_gap(item, false); });
       }},
      {"prompt_gap",
       [](ScoreBy) { return mean([](const ScoredItem& item) { return prompt_gap(item, true); }); }},
      {"divergence",
       [](ScoreBy) { return mean([](const ScoredItem& item) { return item.divergence; }); }},
      {"answers_right", [](ScoreBy) { return make_answers_right(false); }},
      {"answers_right_loose", [](ScoreBy) { return make_answers_right(true); }},
      {"checks_passed", [](ScoreBy) { return make_checks_passed(false); }},
      {"checks_passed_loose", [](ScoreBy) { return make_checks_passed(true); }},
      {"answers_agree", [](ScoreBy) { return make_answers_agree(false); }},
      {"answers_agree_loose", [](ScoreBy) { return make_answers_agree(true); }},
  };
  return metrics;
}

}  // namespace

double option_score(const OptionScore& option, ScoreBy by) {
  switch (by) {
    case ScoreBy::kTokens:
      return option.logp / static_cast<double>(option.tokens);
    case ScoreBy::kBytes:
      return option.logp / static_cast<double>(std::max<int64_t>(1, option.bytes));
    default:
      return option.logp;
  }
}

size_t best_option(const ScoredItem& item, ScoreBy by) {
  size_t best = 0;
  for (size_t i = 1; i < item.options.size(); ++i) {
    if (option_score(item.options[i], by) > option_score(item.options[best], by)) best = i;
  }
  return best;
}

std::unique_ptr<Metric> make_metric(const std::string& name, ScoreBy by) {
  const auto found = table().find(name);
  if (found != table().end()) return found->second(by);
  std::vector<std::string> names;
  for (const auto& [known, make] : table()) names.push_back(known);
  fail("metric {}: unknown; expected one of {}", quote(name), fmt::join(names, ", "));
}

}  // namespace braid
