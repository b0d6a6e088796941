#include "trainer/study/failure_signatures.h"

#include <fmt/format.h>

#include <algorithm>

#include "trainer/evaluation/task_report.h"

namespace braid {
namespace {

constexpr double kDominates = 0.8;
// A policy that learned the answers and not their length has no gap; one that only learned to
// prefer the longer answer has a gap of 1.
constexpr double kWideGap = 0.2;

}  // namespace

std::vector<std::string> failure_signatures(double base_accuracy, double base_bias,
                                            const GroupResult& group, const Contrast* contrast) {
  std::vector<std::string> found;
  const auto any = [&](auto holds) { return std::ranges::any_of(group.cells, holds); };
  if (group.bias.mean < base_bias && group.accuracy.mean < base_accuracy) {
    found.push_back("bias falls together with accuracy");
  }
  if (contrast != nullptr && !(contrast->accuracy.low > 0)) {
    found.push_back("no more accurate than random pairs of the same number");
  }
  if (any([](const CellResult* c) {
        return c->cell->members.size() > 1 && c->largest_source > kDominates;
      })) {
    found.push_back("one source has over 80 % of the pairs");
  }
  if (any([](const CellResult* c) { return c->chosen_log_ratio < 0; })) {
    found.push_back("chosen answers became less likely than under the base");
  }
  const Estimate& gap = group.length_gap;
  if (gap.low > kWideGap || gap.high < -kWideGap) {
    found.push_back(fmt::format("prefers {} answers: length gap {}",
                                gap.low > 0 ? "longer" : "shorter", estimate_text(gap)));
  }
  return found;
}

}  // namespace braid
