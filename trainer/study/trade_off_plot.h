// Accuracy against bias, as SVG.
#pragma once

#include <string>

#include "trainer/study/results.h"

namespace braid {

// A point per group with its spread over seeds, the base, and the line through the groups that no
// other one beats in both (the Pareto front).
std::string trade_off_svg(const Study& study, const StudyResults& results);

}  // namespace braid
