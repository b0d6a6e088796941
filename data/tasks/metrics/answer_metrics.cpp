#include "data/tasks/metrics/answer_metrics.h"

#include <algorithm>
#include <limits>

namespace braid {
namespace {

const std::vector<bool>& verdicts(const Answer& answer, bool loose) {
  return loose ? answer.judgement.loose : answer.judgement.strict;
}

bool right(const Answer& answer, bool loose) {
  return std::ranges::all_of(verdicts(answer, loose), [](bool passed) { return passed; });
}

// Share of what `count` finds in the items: it adds to how many pass, of how many.
class Share : public Metric {
 public:
  using Count = void (*)(const ScoredItem& item, bool loose, double& passed, double& all);
  Share(Count count, bool loose) : count_(count), loose_(loose) {}

  double value(const ScoredItems& items) const override {
    double passed = 0, all = 0;
    for (const ScoredItem* item : items) count_(*item, loose_, passed, all);
    return all > 0 ? passed / all : std::numeric_limits<double>::quiet_NaN();
  }

 private:
  Count count_;
  bool loose_;
};

}  // namespace

std::unique_ptr<Metric> make_answers_right(bool loose) {
  return std::make_unique<Share>(
      [](const ScoredItem& item, bool lenient, double& passed, double& all) {
        for (const Answer& answer : item.answers) passed += right(answer, lenient);
        all += static_cast<double>(item.answers.size());
      },
      loose);
}

std::unique_ptr<Metric> make_checks_passed(bool loose) {
  return std::make_unique<Share>(
      [](const ScoredItem& item, bool lenient, double& passed, double& all) {
        for (const Answer& answer : item.answers) {
          const auto& marks = verdicts(answer, lenient);
          passed += static_cast<double>(std::ranges::count(marks, true));
          all += static_cast<double>(marks.size());
        }
      },
      loose);
}

std::unique_ptr<Metric> make_answers_agree(bool loose) {
  return std::make_unique<Share>(
      [](const ScoredItem& item, bool lenient, double& passed, double& all) {
        if (item.answers.size() != 2) return;
        passed += right(item.answers[0], lenient) == right(item.answers[1], lenient);
        ++all;
      },
      loose);
}

}  // namespace braid
