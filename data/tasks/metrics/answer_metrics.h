// Numbers on answers in the model's own words.
#pragma once

#include <memory>

#include "data/tasks/metrics/metric.h"

namespace braid {

// Share of answers that pass all of their checks, of all items with questions.
std::unique_ptr<Metric> make_answers_right(bool loose);

// Share of all checks of all answers that are passed.
std::unique_ptr<Metric> make_checks_passed(bool loose);

// Share of items of two questions whose answers are both right or both wrong.
std::unique_ptr<Metric> make_answers_agree(bool loose);

}  // namespace braid
